// Dragging on a picture, by mouse, pen or finger.

const SIDEWAYS = 6; // CSS pixels by which a finger drags

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
  let pointer = null, waits = null; // that which is down; its press, while it may yet turn out to scroll
  target.addEventListener("pointerdown", (event) => {
    if (event.button || pointer !== null) return; // another button, or a second finger
    pointer = event.pointerId;
    target.setPointerCapture(pointer);
    waits = event.pointerType === "touch" && getComputedStyle(target).touchAction !== "none" ? event : null;
    if (!waits) at(event, began);
  });
  target.addEventListener("pointermove", (event) => {
    if (event.pointerId !== pointer) return;
    if (waits) {
      if (Math.abs(event.clientX - waits.clientX) < Math.max(SIDEWAYS, Math.abs(event.clientY - waits.clientY))) return;
      at(waits, began);
      waits = null;
    }
    at(event, moved);
  });
  target.addEventListener("pointerup", (event) => {
    if (waits && event.pointerId === pointer) at(waits, began);
    waits = null;
  });
  target.addEventListener("lostpointercapture", () => { pointer = waits = null; });
}
