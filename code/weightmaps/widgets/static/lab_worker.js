// The worker of the laboratory: one network each.

import { conversation } from "./lab_run.js";

const hear = conversation((answer) => self.postMessage(answer, [answer, ...(answer.moments ?? [])].flatMap(({ maps }) => (maps ? [maps.buffer] : []))), 100);
self.onmessage = ({ data }) => hear(data);
