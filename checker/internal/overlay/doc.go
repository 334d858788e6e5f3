// Package overlay lays partial Go files over a stage, declaration by declaration.
//
// An overlay is a tree that mirrors the stage's paths:
//
//   - A .go file that the stage has too holds only what it changes. Each declaration (func, method, type, var, const) replaces the one
//     of the same name, together with its comments. What it replaces may stand in a group or alone, and so may it.
//   - A declaration whose doc comment has the line //stagecraft:add is appended. Without that line a name that the stage's file does not
//     have is an error, and with it a name that it has is one too: so no exercise goes stale silently.
//   - A declaration whose doc comment has the line //stagecraft:drop takes that name away; its body does not matter. On an import it takes the import away.
//   - In a const group that counts with iota or repeats values one member cannot change without the others: the overlay gives the whole group.
//     Members of it may carry the two lines as well. The lines on a group count for all its members.
//   - Several init functions are distinguished by their order, declarations of _ by their text.
//   - Imports are fixed: those that nothing uses any more go, those of the overlay that are used come.
//   - Comments of the overlay that belong to no declaration are notes to its reader and go nowhere.
//   - Any other file, and a .go file that the stage does not have, is taken whole. A file name.drop removes the file or directory name.
package overlay
