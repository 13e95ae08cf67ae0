// Browsers refuse workers to pages that are opened from the disk. There the search, which is one,
// runs in a hidden frame instead.
if (location.protocol === "file:") {
  window.IFrameWorker = window.Worker = class extends EventTarget {
    #frame = document.createElement("iframe");
    #early = [];

    constructor(url) {
      super();
      this.#frame.hidden = true;
      document.body.append(this.#frame);
      const inside = this.#frame.contentWindow;
      inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", {data}));
      inside.importScripts = async (...urls) => {
        for (const each of urls) await this.#load(each);
      };
      this.#load(url).then(() => {
        const early = this.#early;
        this.#early = null;
        for (const data of early) this.postMessage(data);
      });
    }

    postMessage(data) {
      if (this.#early) {
        this.#early.push(data);
      } else {
        const {contentWindow} = this.#frame;
        contentWindow.dispatchEvent(new contentWindow.MessageEvent("message", {data}));
      }
    }

    #load(url) {
      const {contentDocument} = this.#frame;
      const script = contentDocument.createElement("script");
      script.src = url;
      return new Promise((resolve, reject) => {
        script.onload = resolve;
        script.onerror = reject;
        contentDocument.head.append(script);
      });
    }
  };
}
