package io.concordkv.storage.engine.lsm.manifest;

import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import io.concordkv.base.env.FileSystem;
import java.nio.ByteBuffer;

/// The file `CURRENT`: one line with the name of the manifest that counts and a checksum of it.
final class Current {
  static final String NAME = "CURRENT";
  static final String TEMPORARY = "CURRENT.new";

  private static final int MAX_BYTES = 256;

  private Current() {}

  static long read(FileSystem files, String directory) {
    var path = directory + "/" + NAME;
    try (var file = files.open(path, FileSystem.Mode.READ)) {
      var buffer = ByteBuffer.allocate((int) Math.min(MAX_BYTES, file.size()));
      file.read(0, buffer);
      var line = Bytes.copyOf(buffer.flip());
      int space = line.toUtf8().indexOf(' ');
      var name = space < 0 ? "" : line.slice(0, space).toUtf8();
      if (!ManifestFile.isManifest(name)
          || file.size() != line.length()
          || !line(name).equals(line)) {
        throw new CorruptionError(
            path,
            0,
            "it does not name a manifest. Restore it (the manifest with the highest number is the"
                + " newest), or remove the directory and let this node fetch the data from its"
                + " peers");
      }
      return ManifestFile.number(name);
    }
  }

  static void write(FileSystem files, String directory, long number) {
    var temporary = directory + "/" + TEMPORARY;
    try (var file = files.open(temporary, FileSystem.Mode.WRITE)) {
      file.truncate(0);
      file.write(0, line(ManifestFile.name(number)).toByteBuffer());
      file.sync();
    }
    files.rename(temporary, directory + "/" + NAME);
    files.syncDirectory(directory);
  }

  private static Bytes line(String name) {
    return Bytes.of("%s %08x\n".formatted(name, Crc32c.of(Bytes.of(name))));
  }
}
