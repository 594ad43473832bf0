// The terminal as Ink may see it: without a height, or Ink clears the whole scrollback as soon as a frame is as high as the window has just
// become; and without changes of size, which mount.tsx sees to. A frame is never higher than the window it is drawn for.

const NO_HEIGHT = 100_000;

/** Passes everything else on to `stdout`. */
export function withoutResize(stdout: NodeJS.WriteStream): NodeJS.WriteStream {
  const still: NodeJS.WriteStream = new Proxy(stdout, {
    get: (target, name) => {
      if (name === 'rows') return NO_HEIGHT;
      if (name === 'on' || name === 'off')
        return (event: string, listener: () => void) => {
          if (event !== 'resize') target[name](event, listener);
          return still;
        };
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
  return still;
}
