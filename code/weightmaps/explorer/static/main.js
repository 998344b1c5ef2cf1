// What anywidget and the page load of an explorer.

import { render } from "./explorer.js";

export default { render };
