/// What the engines in memory have in common: [MemoryEngine] is the engine, and a [Content] is how
/// it keeps its pairs.
///
/// A view costs nothing when it is taken. From then on the content copies what it would change and
/// the view may still read, page by page, node by node or version by version, each once; [Moments]
/// tells it whether anybody does.
@NullMarked
package io.concordkv.storage.engine.memory;

import org.jspecify.annotations.NullMarked;
