/// Which tables are alive, and up to which mark: the one file whose last edit is the store's
/// content.
///
/// A table exists from the moment an [Edit] that adds it is durable. The format is
/// `docs/formats/manifest.md`.
@NullMarked
package io.concordkv.storage.engine.lsm.manifest;

import org.jspecify.annotations.NullMarked;
