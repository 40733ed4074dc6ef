package io.concordkv.node;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.FileSystem;
import io.concordkv.node.shard.Member;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Who this node is: settled at its first start, kept in the file `identity`, never changed. The
/// format is docs/formats/identity.md.
record Identity(long cluster, long member, List<Member> founders) {
  private static final int MAGIC = 0x434B4944;
  private static final int VERSION = 1;
  private static final String FILE = "identity";
  private static final String FRESH = "identity.new";

  Identity {
    founders = List.copyOf(founders);
  }

  static Identity of(Bootstrap bootstrap) {
    var founders = new ArrayList<Member>();
    long self = 0;
    for (var entry : bootstrap.initialCluster().entrySet()) {
      long id = ClusterIds.member(entry.getValue(), bootstrap.clusterToken());
      founders.add(new Member(id, entry.getKey(), entry.getValue(), List.of(), false));
      if (entry.getKey().equals(bootstrap.name())) {
        self = id;
      }
    }
    long cluster = ClusterIds.cluster(founders.stream().map(Member::id).toList());
    return new Identity(cluster, self, founders);
  }

  /// Reads who this node is, or, at its first start, writes down what `bootstrap` says.
  static Identity settle(FileSystem files, Bootstrap bootstrap) {
    var wanted = of(bootstrap);
    if (!files.exists(FILE)) {
      refuseForeign(files);
      wanted.write(files);
      return wanted;
    }
    var stored = read(files);
    if (stored.cluster != wanted.cluster || stored.member != wanted.member) {
      throw new ConcordException(
          ErrorCode.CLUSTER_ID_MISMATCH,
          "the data in "
              + files.describe("")
              + " belongs to member %016x of cluster %016x, but the settings make this member"
                  .formatted(stored.member, stored.cluster)
              + " %016x of cluster %016x".formatted(wanted.member, wanted.cluster)
              + ": use the settings it was first started with, or another data directory");
    }
    return stored;
  }

  /// Data of something else must not be mixed up with ours.
  private static void refuseForeign(FileSystem files) {
    for (var name : files.list("")) {
      if (!name.equals("lost+found") && !name.equals("lock") && !name.equals(FRESH)) {
        throw new ConcordException(
            ErrorCode.CLUSTER_ID_MISMATCH,
            "the data directory "
                + files.describe("")
                + " is not empty and holds no data of a node (found \""
                + name
                + "\"): use an empty or a new directory");
      }
    }
  }

  private void write(FileSystem files) {
    var out = new ByteWriter().u32(MAGIC).u8(VERSION).u64(cluster).u64(member);
    out.list(
        founders,
        (w, founder) ->
            w.u64(founder.id()).text(founder.name()).list(founder.peerUrls(), ByteWriter::text));
    out.u32(out.crc(0));
    try (var file = files.open(FRESH, FileSystem.Mode.WRITE)) {
      file.truncate(0);
      file.write(0, out.finish().toByteBuffer());
      file.sync();
    }
    files.rename(FRESH, FILE);
    files.syncDirectory("");
  }

  private static Identity read(FileSystem files) {
    try (var file = files.open(FILE, FileSystem.Mode.READ)) {
      var buffer = ByteBuffer.allocate((int) Math.min(file.size(), 1 << 20));
      file.read(0, buffer);
      var bytes = Bytes.copyOf(buffer.flip());
      if (bytes.length() < 4
          || Crc32c.of(bytes.slice(0, bytes.length() - 4))
              != new ByteReader(bytes.slice(bytes.length() - 4)).u32()) {
        throw new CorruptionError(
            files.describe(FILE),
            0,
            "its checksum does not match. It says who this node is; replace the member rather than"
                + " guess");
      }
      var in = new ByteReader(bytes.slice(0, bytes.length() - 4));
      if (in.u32() != MAGIC || in.u8() != VERSION) {
        throw new CorruptionError(files.describe(FILE), 0, "it is not an identity of version 1");
      }
      long cluster = in.u64();
      long member = in.u64();
      var founders =
          in.list(each ->
              new Member(each.u64(), each.text(), each.list(ByteReader::text), List.of(), false));
      in.end();
      return new Identity(cluster, member, founders);
    }
  }
}
