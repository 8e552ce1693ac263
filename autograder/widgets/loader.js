// The script of a live thing, asked for once in a browser: all pages of a chapter have the same, and it is long.
//
// NAME, which Python puts in front, is that of its text, so that an older one is never taken for it.

const scripts = (globalThis.backpropWorkbook ??= new Map()); // name → a promise of the module

function load(model) {
  if (scripts.has(NAME)) return scripts.get(NAME);
  return new Promise((arrived) => {
    const take = ({ code }) => {
      if (code?.name !== NAME) return;
      model.off("msg:custom", take);
      if (!scripts.has(NAME)) scripts.set(NAME, made(code.text));
      arrived(scripts.get(NAME));
    };
    model.on("msg:custom", take);
    model.send({ want: "code", name: NAME });
  });
}

async function made(text) {
  const address = URL.createObjectURL(new Blob([text], { type: "text/javascript" }));
  try {
    return await import(address);
  } catch (error) {
    scripts.delete(NAME); // the next page asks again
    throw error;
  } finally {
    URL.revokeObjectURL(address);
  }
}

export default { render: async (context) => (await load(context.model)).default.render(context) };
