/// SSTables: sorted, immutable files of pairs and deletions.
///
/// [TableWriter] writes one, [Table] reads it, [TableRun] walks over it in both directions. Blocks
/// in memory are shared through the [BlockCache]. The format is `docs/formats/sstable.md`.
@NullMarked
package io.concordkv.storage.engine.lsm.table;

import org.jspecify.annotations.NullMarked;
