import { QaSearch } from "./element";

// In a browser too old for its colours and excerpts the page's own link stays. A page may load the widget twice, also
// from two addresses: the first one stays.
const able = CSS.supports("color", "light-dark(#000, #fff)") && "Segmenter" in Intl;
if (able && !customElements.get("qa-search")) customElements.define("qa-search", QaSearch);
