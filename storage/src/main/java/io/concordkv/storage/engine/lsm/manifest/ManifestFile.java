package io.concordkv.storage.engine.lsm.manifest;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileException;
import io.concordkv.base.env.FileSystem;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The bytes of a manifest file: a header, then records. A record's checksum covers its place and
/// the manifest's number, so no record of another file or another place is ever taken for one.
final class ManifestFile {
  /// "CKVMANIF"
  private static final long MAGIC = 0x434B564D414E4946L;

  private static final int VERSION = 1;
  private static final int HEADER_BYTES = 24;

  /// The length in front and the checksum behind.
  private static final int FRAME_BYTES = 8;

  /// No other record is so short.
  private static final int CONFIRMATION_BYTES = FRAME_BYTES + 1;

  private static final int MAX_BYTES = 1 << 30;

  private static final int EDIT = 1;
  private static final int CONFIRMATION = 2;

  /// An edit in which tables have parts. A program that does not know them stops here.
  private static final int EDIT_WITH_PARTS = 3;

  private static final String PREFIX = "manifest-";
  private static final String ADVICE =
      ". The store cannot be opened. Restore a backup, or remove the directory and let this node"
          + " fetch the data from its peers";

  private ManifestFile() {}

  static String name(long number) {
    return PREFIX + "%016x".formatted(number);
  }

  static String path(String directory, long number) {
    return directory + "/" + name(number);
  }

  static boolean isManifest(String name) {
    return name.matches(PREFIX + "[0-7][0-9a-f]{15}");
  }

  static long number(String name) {
    return Long.parseLong(name.substring(PREFIX.length()), 16);
  }

  static Bytes header(long number) {
    var out = new ByteWriter(HEADER_BYTES).u64(MAGIC).u32(VERSION).u64(number);
    return out.u32(out.crc(0)).finish();
  }

  static Bytes edit(Edit edit, long number, long position) {
    var out = new ByteWriter(256).u32(0).u8(edit.hasParts() ? EDIT_WITH_PARTS : EDIT);
    edit.write(out);
    return close(out, number, position);
  }

  /// Says that everything before it is durable.
  static Bytes confirmation(long number, long position) {
    return close(new ByteWriter(32).u32(0).u8(CONFIRMATION), number, position);
  }

  /// The edits of a manifest, without one that was torn off at the end.
  static List<Edit> read(FileSystem files, String directory, long number) {
    var path = path(directory, number);
    var content = load(files, path);
    if (content.length() < HEADER_BYTES || !content.slice(0, HEADER_BYTES).equals(header(number))) {
      throw damaged(path, 0, "the header is not one of a manifest");
    }
    var edits = new ArrayList<Edit>();
    boolean confirmed = false;
    int position = HEADER_BYTES;
    while (position < content.length()) {
      var payload = record(content, number, position);
      if (payload == null && isBehindConfirmation(content, number, position)) {
        position += CONFIRMATION_BYTES;
        continue;
      }
      if (payload == null) {
        break;
      }
      var in = new ByteReader(payload);
      switch (in.u8()) {
        case EDIT -> edits.add(edit(in, false, path, position));
        case EDIT_WITH_PARTS -> edits.add(edit(in, true, path, position));
        case CONFIRMATION -> confirmed = true;
        default -> throw damaged(path, position, "an unknown kind of record");
      }
      position += payload.length() + FRAME_BYTES;
    }
    // What was torn off is the last thing that was written: nothing whole lies behind it.
    for (int behind = position + 1; behind < content.length(); behind++) {
      if (record(content, number, behind) != null) {
        throw damaged(path, position, "the record is damaged, and others follow it");
      }
    }
    if (!confirmed) {
      throw damaged(path, position, "the manifest ends too early");
    }
    return edits;
  }

  private static Edit edit(ByteReader in, boolean parts, String path, int position) {
    try {
      return Edit.read(in, parts);
    } catch (CorruptionError malformed) {
      throw damaged(path, position, "the record is no edit: " + malformed.getMessage());
    }
  }

  static CorruptionError damaged(String path, long position, String why) {
    return new CorruptionError(path, position, why + ADVICE);
  }

  /// The edits that are whole, whatever stands between them.
  static List<Edit> salvage(FileSystem files, String directory, long number) {
    var content = load(files, path(directory, number));
    var edits = new ArrayList<Edit>();
    for (int position = 0; position < content.length(); ) {
      var payload = record(content, number, position);
      if (payload != null && payload.at(0) != CONFIRMATION) {
        boolean parts = payload.at(0) == EDIT_WITH_PARTS;
        try {
          edits.add(Edit.read(new ByteReader(payload.slice(1)), parts));
        } catch (CorruptionError malformed) {
          // It was told already why the manifest cannot be relied upon.
        }
      }
      position += payload == null ? 1 : payload.length() + FRAME_BYTES;
    }
    return edits;
  }

  /// A confirmation is not synced before the next edit is, so a power cut may take it and leave
  /// that edit. It says nothing that the edit does not.
  private static boolean isBehindConfirmation(Bytes content, long number, int position) {
    return position + CONFIRMATION_BYTES < content.length()
        && record(content, number, position + CONFIRMATION_BYTES) != null;
  }

  /// The payload of the record at `position`, or null if there is no whole one.
  private static @Nullable Bytes record(Bytes content, long number, int position) {
    if (content.length() - position < FRAME_BYTES + 1) {
      return null;
    }
    var in = new ByteReader(content.slice(position));
    int length = in.u32();
    if (length < 1 || length > in.remaining() - 4) {
      return null;
    }
    var payload = in.raw(length);
    return in.u32() == crc(payload, number, position) ? payload : null;
  }

  private static Bytes close(ByteWriter out, long number, long position) {
    int length = out.size() - 4;
    out.patchU32(0, length);
    int crc = crc(out.toBytes().slice(4), number, position);
    return out.u32(crc).finish();
  }

  private static int crc(Bytes payload, long number, long position) {
    var out = new ByteWriter(payload.length() + 20);
    out.u64(number).u64(position).bytes(payload);
    return out.crc(0);
  }

  private static Bytes load(FileSystem files, String path) {
    try (var file = files.open(path, FileSystem.Mode.READ)) {
      if (file.size() > MAX_BYTES) {
        throw damaged(path, 0, "no manifest is so large: " + file.size() + " bytes");
      }
      var buffer = ByteBuffer.allocate((int) file.size());
      file.read(0, buffer);
      return Bytes.wrap(buffer.array());
    } catch (FileException e) {
      if (e.kind() == FileException.Kind.NOT_FOUND) {
        throw damaged(path, 0, "CURRENT names it, but it is missing");
      }
      throw e;
    }
  }
}
