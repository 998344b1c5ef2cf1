// Dragging on a picture, by mouse, pen or finger.

/**
 * Follow a press wherever it goes, until it ends.
 * @param {Element} target @param {(x: number, y: number, event: PointerEvent) => void} began where in the picture, from 0 to 1 each way
 * @param {(x: number, y: number) => void} [moved]
 */
export function dragging(target, began, moved = began) {
  const at = (event, heard) => {
    const { left, top, width, height } = target.getBoundingClientRect();
    heard((event.clientX - left) / width, (event.clientY - top) / height, event);
  };
  let pointer = null; // that which is down
  target.addEventListener("pointerdown", (event) => {
    if (event.button || pointer !== null) return; // another button, or a second finger
    pointer = event.pointerId;
    target.setPointerCapture(pointer);
    at(event, began);
  });
  target.addEventListener("pointermove", (event) => {
    if (event.pointerId === pointer) at(event, moved);
  });
  target.addEventListener("lostpointercapture", () => { pointer = null; });
}
