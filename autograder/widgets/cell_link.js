// The tie between the boxes of a page and the dict in the source of its code cell, both ways.

import { notebookOf, replaceOutput } from "./notebook.js";
import { editFor, findAnswers, findCall, statements } from "./python_source.js";

/** The cell that showed the page: by id, or after a copy gave it another id, the one cell that calls for the page. */
function findCell(notebook, { id, slug }) {
  const code = [...(notebook?.cells ?? [])].filter((cell) => cell.type === "code");
  const calling = () => code.filter((cell) => findCall(statements(cell.sharedModel.getSource()), slug, 0));
  const exact = code.find((cell) => cell.id === id);
  if (exact) return exact;
  const others = calling();
  return others.length === 1 ? others[0] : null;
}

/**
 * page: {model, onTexts(entries), onState({reached, computed})}. `onTexts` gets the entries that stand in the cell
 * whenever somebody else changed them: undo, a hand, another person.
 */
export function cellLink({ model, onTexts, onState }) {
  const notebook = notebookOf(model);
  const where = { slug: model.get("slug"), index: model.get("call_index"), variable: model.get("variable") };
  const find = () => findCell(notebook, { id: model.get("cell_id"), slug: where.slug });
  let cell = null, writing = false, unbind = () => {};

  const answers = () => {
    const found = findAnswers(cell.sharedModel.getSource(), where);
    onState({ computed: !found });
    return found;
  };
  const read = () => {
    const found = writing ? null : answers();
    if (found) onTexts(found.entries);
  };
  const bind = () => {
    unbind();
    unbind = () => {};
    cell = find();
    if (cell) {
      const shared = cell.sharedModel;
      const onChange = (_, change) => { if (change.sourceChange) read(); };
      shared.changed.connect(onChange);
      unbind = () => shared.changed.disconnect(onChange);
      read();
    }
    onState({ reached: Boolean(cell) });
  };
  return {
    bind,
    /** Look for the cell again if it went away. */
    rebind: () => { if (!cell || cell.isDisposed) bind(); },
    /** Write [[box, text], ...] into the source. */
    write: (edits) => {
      if (!cell) return;
      writing = true;
      try {
        for (const [n, text] of edits) {
          const found = answers(), edit = found && editFor(found, n, text);
          if (edit) cell.sharedModel.updateSource(edit.start, edit.end, edit.code);
        }
      } finally {
        writing = false;
      }
    },
    /** The static twin is another output of the cell; the view that edits puts the new one into the notebook. */
    putTwin: (bundle) => replaceOutput(find()?.outputs, `data-twin="${model.get("twin")}"`, bundle),
    dispose: () => unbind(),
  };
}
