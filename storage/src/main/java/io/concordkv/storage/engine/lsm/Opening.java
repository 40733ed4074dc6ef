package io.concordkv.storage.engine.lsm;

import io.concordkv.base.env.Env;
import io.concordkv.storage.engine.lsm.manifest.Manifest;
import io.concordkv.storage.engine.lsm.table.Extent;
import java.util.List;

/// What an engine finds in its directory, or makes there.
record Opening(TableStore store, Manifest manifest, Levels levels) {
  /// Blocks.
  static Opening of(Env env, String directory, LsmOptions options, boolean inStep) {
    var files = env.files();
    files.createDirectories(directory);
    var manifest = Manifest.open(files, directory);
    var state = manifest.state(LsmEngine.TREE);
    var placed = state.tables();
    long next = Leftovers.remove(files, directory, placed, manifest.nextFile());
    // Those in step go by the bars alone: what a crash left behind of one is made again.
    var ids = inStep ? FileIds.inStep(env, manifest.nextFile()) : FileIds.from(next);
    var store = new TableStore(files, directory, options, ids);
    var tables = store.open(placed);
    if (placed.stream().anyMatch(each -> each.table().extent() == Extent.UNKNOWN)) {
      // They had to be read, which the next opening is spared.
      manifest.append(store.edit(true, ids.firstNew(), state.mark(), List.of(), tables));
    }
    return new Opening(store, manifest, Levels.of(tables));
  }
}
