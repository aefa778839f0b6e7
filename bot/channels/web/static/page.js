// What htmx leaves over: the live end of the conversation, a lost signal, the photo. Without this file the page still works.
(function () {
  "use strict";
  var doc = document, root = doc.documentElement;
  root.classList.add("js");

  doc.addEventListener("DOMContentLoaded", function () {
    var now = doc.getElementById("print-now");
    if (now) {
      now.hidden = false;
      now.addEventListener("click", function () { print(); });
    }
    if (doc.getElementById("log")) { converse(); }
  });

  function converse() {
    var log = doc.getElementById("log"), wire = doc.getElementById("wire"), note = doc.getElementById("note");
    var text = doc.getElementById("text"), typing = doc.getElementById("typing"), words = doc.getElementById("typing-text");
    var picture = doc.getElementById("picture"), photo = doc.getElementById("photo");
    var slow = 0, again = 0, heard = false, lost = false;

    function tell(what) {
      note.textContent = "";
      if (what) { note.appendChild(doc.createElement("p")).textContent = what; }
    }

    function signal(there) {
      if (there && lost) { tell(""); }
      if (!there && !note.firstElementChild) { tell(note.dataset.lost); }
      lost = !there;
    }

    function wait(on) {
      clearTimeout(slow);
      typing.hidden = !on;
      words.textContent = words.dataset.soon;
      if (on) {
        slow = setTimeout(function () {
          // A network that holds streams back: the page itself has the answer.
          if (!heard && !lost && !text.value) { location.reload(); } else { words.textContent = words.dataset.slow; }
        }, window.htmx ? 12000 : 3000);
      }
    }

    // -- what comes in ------------------------------------------------------------------------------------------------

    function retire(list) {
      list.classList.remove("live");
      list.querySelectorAll("button").forEach(function (button) {
        // Not disabled: that would throw the keyboard's place away.
        button.type = "button";
        button.tabIndex = -1;
        button.setAttribute("aria-disabled", "true");
      });
    }

    function arrived(article) {
      if (doc.querySelectorAll('[id="' + article.id + '"]').length > 1) {
        article.remove();
        return;
      }
      heard = true;
      var lists = log.querySelectorAll(".choices.live");
      var newest = article.querySelector(".choices.live");
      var answer = article.classList.contains("ours") && !article.classList.contains("notice");
      if (newest || answer) { lists.forEach(function (list) { if (list !== newest) { retire(list); } }); }
      if (article.classList.contains("ours")) { wait(false); }
      bring(article);
    }

    function forget(mark) {
      // What stood here was erased elsewhere too; all that is left of it comes after the mark.
      while (mark.previousSibling) { mark.previousSibling.remove(); }
      mark.remove();
    }

    function bring(article) {
      // The question stays in sight above its answer, where both fit.
      var before = article.previousElementSibling;
      var top = before && before.classList.contains("mine") && article.classList.contains("ours") ? before : article;
      var calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
      requestAnimationFrame(function () { top.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" }); });
    }

    new MutationObserver(function (changes) {
      changes.forEach(function (change) {
        change.addedNodes.forEach(function (node) {
          if (node.localName === "hr") { forget(node); }
          if (node.localName === "article") { arrived(node); }
        });
      });
    }).observe(log, { childList: true });

    // -- what goes out ------------------------------------------------------------------------------------------------

    doc.addEventListener("htmx:before:request", function (event) {
      if (event.detail.ctx.sourceElement === wire) { return; }
      tell("");
      lost = false;
      wait(true);
    });

    doc.addEventListener("htmx:after:request", function (event) {
      var form = event.detail.ctx.sourceElement;
      if (form === wire) { return; }
      if (event.detail.ctx.response.status !== 204) {
        wait(false);
        return;
      }
      // Taken: the next one is another message, also when it says the same.
      var bytes = crypto.getRandomValues(new Uint8Array(16));
      form.elements.key.value = Array.from(bytes, function (byte) { return byte.toString(16).padStart(2, "0"); }).join("");
      if (form.id === "say") { text.value = ""; }
      if (form === photo) { picture.value = ""; }
    });

    doc.addEventListener("htmx:error", function (event) {
      var ctx = event.detail.ctx;
      if (ctx && ctx.sourceElement !== wire) {
        wait(false);
        tell(note.dataset.notSent);
      }
    });

    // -- the wire -----------------------------------------------------------------------------------------------------

    wire.addEventListener("htmx:sse:after:connection", function () { signal(true); });
    wire.addEventListener("htmx:sse:error", function () { signal(false); });
    addEventListener("offline", function () { signal(false); });
    addEventListener("online", function () { hurry(); });

    function hurry() {
      // A stream that was open before may be dead without anybody having noticed: begin anew, after what was last heard.
      var open = wire._htmx && wire._htmx.sse;
      if (open && open.reader) { open.reader.cancel(); }
      if (open && open.delayCanceller) { open.delayCanceller(); }
    }

    again = setInterval(function () {
      // The extension gives up on a stream that never began.
      if (window.htmx && !doc.hidden && !(wire._htmx && wire._htmx.sse)) { window.htmx.trigger(wire, "again"); }
    }, 5000);
    addEventListener("pagehide", function () { clearInterval(again); });

    // -- the photo ----------------------------------------------------------------------------------------------------

    picture.addEventListener("change", function () {
      var file = picture.files[0];
      if (!file) { return; }
      smaller(file).then(function (made) {
        if (made) {
          var carrier = new DataTransfer();
          carrier.items.add(made);
          picture.files = carrier.files;
        }
      }).catch(function () {}).then(function () { photo.requestSubmit(); });
    });

    function smaller(file) {
      if (!window.createImageBitmap || file.size < 700000) { return Promise.resolve(null); }
      return createImageBitmap(file).then(function (image) {
        var share = Math.min(1, 2400 / Math.max(image.width, image.height));
        var canvas = doc.createElement("canvas");
        canvas.width = Math.round(image.width * share);
        canvas.height = Math.round(image.height * share);
        canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
        return new Promise(function (done) {
          canvas.toBlob(function (blob) {
            done(blob && blob.size < file.size ? new File([blob], "photo.jpg", { type: "image/jpeg" }) : null);
          }, "image/jpeg", 0.85);
        });
      });
    }

    // -- the start ----------------------------------------------------------------------------------------------------

    doc.getElementById("photo-part").open = true;
    if (!typing.hidden) { wait(true); }
    var last = log.lastElementChild;
    if (last) {
      var before = last.previousElementSibling;
      (before && before.classList.contains("mine") ? before : last).scrollIntoView({ block: "start" });
    }
    if (matchMedia("(pointer: fine)").matches) { text.focus({ preventScroll: true }); }
  }
}());
