// IndexedDB with two shelves: `meta` (what is needed to open the store; nothing personal) and `sealed` (everything else).

const NAME = "yiyang-field";
let opened = null;

function open() {
  opened ??= new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("meta");
      asked.result.createObjectStore("sealed");
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
  return opened;
}

/** Run `work(shelf)` in one transaction; its request's result. It is written, or it fails as a whole. */
async function within(shelf, mode, work) {
  const transaction = (await open()).transaction(shelf, mode, { durability: "strict" });
  return new Promise((done, failed) => {
    const asked = work(transaction.objectStore(shelf));
    transaction.oncomplete = () => done(asked?.result);
    transaction.onabort = transaction.onerror = () => failed(transaction.error);
  });
}

export const get = (shelf, key) => within(shelf, "readonly", (there) => there.get(key));
export const keys = (shelf) => within(shelf, "readonly", (there) => there.getAllKeys());
export const put = (shelf, key, value) => within(shelf, "readwrite", (there) => there.put(value, key));

/** Several changes at once: all or none. `changes`: [key, value]; undefined takes away. */
export const change = (shelf, changes) =>
  within(shelf, "readwrite", (there) => {
    for (const [key, value] of changes) value === undefined ? there.delete(key) : there.put(value, key);
  });

export const clear = (shelf) => within(shelf, "readwrite", (there) => there.clear());
