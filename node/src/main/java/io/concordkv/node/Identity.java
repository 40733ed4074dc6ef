package io.concordkv.node;

import io.concordkv.base.ByteReader;
import io.concordkv.base.ByteWriter;
import io.concordkv.base.Bytes;
import io.concordkv.base.ConcordException;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.Crc32c;
import io.concordkv.base.ErrorCode;
import io.concordkv.base.env.Env;
import io.concordkv.base.env.FileSystem;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.Envelope;
import io.concordkv.node.command.EnvelopeCodec;
import io.concordkv.node.command.RequestId;
import io.concordkv.node.command.Standing;
import io.concordkv.node.shard.Member;
import io.concordkv.raft.Configuration;
import io.concordkv.raft.ConfigurationEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Who this node is: settled at its first start, kept in the file `identity`, never changed. The
/// format is docs/formats/identity.md.
///
/// @param birth drawn with the data directory: the same member with another one has lost its data
/// @param founder whether it was there when the cluster was made; else it was added
/// @param first the members that it knew when it was made
record Identity(long cluster, long member, long birth, boolean founder, List<Member> first) {
  private static final int MAGIC = 0x434B4944;
  private static final int VERSION = 2;
  private static final String FILE = "identity";
  private static final String FRESH = "identity.new";

  Identity {
    first = List.copyOf(first);
  }

  static Identity of(Bootstrap bootstrap, long birth) {
    var joins = bootstrap.joins();
    if (!bootstrap.founding()) {
      if (joins == null) {
        throw new ConcordException(
            ErrorCode.MEMBER_NOT_FOUND, "a node without data needs to know the cluster it joins");
      }
      return new Identity(joins.cluster(), joins.member(), birth, false, joins.members());
    }
    var founders = new ArrayList<Member>();
    long self = 0;
    for (var entry : bootstrap.initialCluster().entrySet()) {
      long id = ClusterIds.member(entry.getValue(), bootstrap.clusterToken());
      var urls = entry.getValue().stream().sorted().toList();
      founders.add(Member.unstarted(id, urls, Standing.VOTER));
      if (entry.getKey().equals(bootstrap.name())) {
        self = id;
      }
    }
    founders.sort(Comparator.comparingLong(Member::id));
    long cluster = ClusterIds.cluster(founders.stream().map(Member::id).toList());
    return new Identity(cluster, self, birth, true, founders);
  }

  /// Whether a node was here before.
  static boolean isSettled(FileSystem files) {
    return files.exists(FILE);
  }

  /// Reads who this node is, or, at its first start, writes down what `bootstrap` says.
  static Identity settle(Env env, Bootstrap bootstrap) {
    var files = env.files();
    if (!isSettled(files)) {
      refuseForeign(files);
      var fresh = of(bootstrap, new ByteReader(Bytes.wrap(env.entropy(8))).u64() | 1);
      fresh.write(files);
      return fresh;
    }
    var stored = read(files);
    if (stored.founder && bootstrap.founding()) {
      stored.refuseOther(of(bootstrap, stored.birth), files);
    }
    return stored;
  }

  private void refuseOther(Identity wanted, FileSystem files) {
    if (cluster != wanted.cluster || member != wanted.member) {
      throw new ConcordException(
          ErrorCode.CLUSTER_ID_MISMATCH,
          "the data in "
              + files.describe("")
              + " belongs to member %x of cluster %x, but the settings make this member"
                  .formatted(member, cluster)
              + " %x of cluster %x".formatted(wanted.member, wanted.cluster)
              + ": use the settings it was first started with, or another data directory; if the"
              + " members have changed since, say --initial-cluster-state existing");
    }
  }

  /// With what the log of `group` begins: all founders write the same, down to the byte. One that
  /// was added later is sent it.
  ConfigurationEntry firstEntry(long group) {
    if (!founder) {
      return new ConfigurationEntry(Configuration.EMPTY, Bytes.EMPTY);
    }
    var found =
        new Command.Found(
            first.stream().map(each -> new Command.Founder(each.id(), each.peerUrls())).toList());
    var context = EnvelopeCodec.encode(Envelope.of(group, new RequestId(0, 0, 0), 0, found));
    var voters = Configuration.of(first.stream().map(Member::id).toList());
    return new ConfigurationEntry(voters, context);
  }

  /// Why this node cannot start any more.
  ConcordException removed() {
    return new ConcordException(
        ErrorCode.MEMBER_NOT_FOUND,
        "this member, %x, was removed from cluster %x and cannot come back: "
                .formatted(member, cluster)
            + "add it again, which gives it a new id, and start it with an empty data directory");
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

  void write(FileSystem files) {
    var out = new ByteWriter().u32(MAGIC).u8(VERSION).u64(cluster).u64(member);
    out.u64(birth).flag(founder);
    out.list(
        first,
        (w, each) ->
            Standing.write(
                w.u64(each.id()).list(each.peerUrls(), ByteWriter::text), each.standing()));
    out.u32(out.crc(0));
    try (var file = files.open(FRESH, FileSystem.Mode.WRITE)) {
      file.truncate(0);
      file.write(0, out.finish().toByteBuffer());
      file.sync();
    }
    files.rename(FRESH, FILE);
    files.syncDirectory("");
  }

  static Identity read(FileSystem files) {
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
        throw new CorruptionError(
            files.describe(FILE), 0, "it is not an identity of version " + VERSION);
      }
      long cluster = in.u64();
      long member = in.u64();
      long birth = in.u64();
      boolean founder = in.flag();
      var first =
          in.list(each ->
              Member.unstarted(each.u64(), each.list(ByteReader::text), Standing.read(each)));
      in.end();
      return new Identity(cluster, member, birth, founder, first);
    }
  }
}
