"""Every flow there is."""

from bot.dialogue.flow import Flow
from bot.flows.abuse import ABUSE
from bot.flows.ask_procedure import ASK_PROCEDURE
from bot.flows.book_visit import BOOK_VISIT
from bot.flows.call_back import CALL_BACK
from bot.flows.check_readiness import CHECK_READINESS
from bot.flows.complain import COMPLAIN
from bot.flows.dossier_status import DOSSIER_STATUS
from bot.flows.emergency import EMERGENCY
from bot.flows.file_online import FILE_ONLINE
from bot.flows.find_procedure import FIND_PROCEDURE
from bot.flows.follow_dossier import FOLLOW_DOSSIER
from bot.flows.keep_card import KEEP_CARD
from bot.flows.life_event import LIFE_EVENT
from bot.flows.menu import MENU
from bot.flows.my_data import MY_DATA
from bot.flows.my_posts import MY_POSTS
from bot.flows.my_visits import MY_VISITS
from bot.flows.not_ours import NOT_OURS
from bot.flows.office_hours import OFFICE_HOURS
from bot.flows.pay_fee import PAY_FEE
from bot.flows.rate import RATE
from bot.flows.send_by_post import SEND_BY_POST
from bot.flows.stop_notices import STOP_NOTICES
from bot.flows.thanks import THANKS
from bot.flows.world import World

ALL_FLOWS: tuple[Flow[World], ...] = (
    MENU, ASK_PROCEDURE, FIND_PROCEDURE, CHECK_READINESS, KEEP_CARD, FILE_ONLINE, DOSSIER_STATUS, BOOK_VISIT, MY_VISITS, OFFICE_HOURS,
    CALL_BACK, COMPLAIN, RATE, PAY_FEE, MY_DATA, EMERGENCY, THANKS, ABUSE, NOT_OURS, LIFE_EVENT,
    FOLLOW_DOSSIER, STOP_NOTICES, SEND_BY_POST, MY_POSTS,
)
