/// What an engine on the disk gathers in memory before it writes it out in order: a [Memtable] over
/// a [VersionedMap].
@NullMarked
package io.concordkv.storage.engine.memtable;

import org.jspecify.annotations.NullMarked;
