// The worker of the laboratory: one network each.

import { conversation } from "./lab_run.js";

const hear = conversation((answer) => self.postMessage(answer), 60);
self.onmessage = ({ data }) => hear(data);
