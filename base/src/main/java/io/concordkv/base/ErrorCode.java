package io.concordkv.base;

/// Every way in which a request can fail, each with the text that etcd's clients recognise it by.
/// Which gRPC status a code becomes is decided at the edge, by [Kind].
public enum ErrorCode {
  KEY_EMPTY(Kind.INVALID_ARGUMENT, "etcdserver: key is not provided"),
  KEY_NOT_FOUND(Kind.INVALID_ARGUMENT, "etcdserver: key not found"),
  VALUE_PROVIDED(Kind.INVALID_ARGUMENT, "etcdserver: value is provided"),
  LEASE_PROVIDED(Kind.INVALID_ARGUMENT, "etcdserver: lease is provided"),
  TOO_MANY_OPERATIONS(Kind.INVALID_ARGUMENT, "etcdserver: too many operations in txn request"),
  DUPLICATE_KEY(Kind.INVALID_ARGUMENT, "etcdserver: duplicate key given in txn request"),
  INVALID_CLIENT_API_VERSION(Kind.INVALID_ARGUMENT, "etcdserver: invalid client api version"),
  INVALID_SORT_OPTION(Kind.INVALID_ARGUMENT, "etcdserver: invalid sort option"),
  REQUEST_TOO_LARGE(Kind.INVALID_ARGUMENT, "etcdserver: request is too large"),
  COMPACTED(Kind.OUT_OF_RANGE, "etcdserver: mvcc: required revision has been compacted"),
  FUTURE_REVISION(Kind.OUT_OF_RANGE, "etcdserver: mvcc: required revision is a future revision"),
  NO_SPACE(Kind.RESOURCE_EXHAUSTED, "etcdserver: mvcc: database space exceeded"),
  LEASE_NOT_FOUND(Kind.NOT_FOUND, "etcdserver: requested lease not found"),
  LEASE_EXISTS(Kind.FAILED_PRECONDITION, "etcdserver: lease already exists"),
  LEASE_TTL_TOO_LARGE(Kind.OUT_OF_RANGE, "etcdserver: too large lease TTL"),
  WATCH_CANCELED(Kind.CANCELED, "etcdserver: watch canceled"),
  MEMBER_NOT_FOUND(Kind.NOT_FOUND, "etcdserver: member not found"),
  MEMBER_EXISTS(Kind.FAILED_PRECONDITION, "etcdserver: member ID already exist"),
  PEER_URL_EXISTS(Kind.FAILED_PRECONDITION, "etcdserver: Peer URLs already exists"),
  BAD_MEMBER_URLS(Kind.INVALID_ARGUMENT, "etcdserver: given member URLs are invalid"),
  NOT_ENOUGH_STARTED(
      Kind.UNKNOWN, "etcdserver: re-configuration failed due to not enough started members"),
  NOT_A_LEARNER(Kind.FAILED_PRECONDITION, "etcdserver: can only promote a learner member"),
  LEARNER_NOT_READY(
      Kind.FAILED_PRECONDITION,
      "etcdserver: can only promote a learner member which is in sync with leader"),
  TOO_MANY_LEARNERS(Kind.FAILED_PRECONDITION, "etcdserver: too many learner members in cluster"),
  MEMBERS_CHANGING(
      Kind.UNAVAILABLE, "concordkv: another change of the members is not complete yet"),
  CLUSTER_ID_MISMATCH(Kind.FAILED_PRECONDITION, "etcdserver: cluster ID mismatch"),
  TOO_MANY_REQUESTS(Kind.RESOURCE_EXHAUSTED, "etcdserver: too many requests"),
  NO_LEADER(Kind.UNAVAILABLE, "etcdserver: no leader"),
  NOT_LEADER(Kind.FAILED_PRECONDITION, "etcdserver: not leader"),
  LEADER_CHANGED(Kind.UNAVAILABLE, "etcdserver: leader changed"),
  NOT_CAPABLE(Kind.FAILED_PRECONDITION, "etcdserver: not capable"),
  STOPPED(Kind.UNAVAILABLE, "etcdserver: server stopped"),
  TIMEOUT(Kind.UNAVAILABLE, "etcdserver: request timed out"),
  TIMEOUT_LEADER_FAILED(
      Kind.UNAVAILABLE, "etcdserver: request timed out, possibly due to previous leader failure"),
  TIMEOUT_CONNECTION_LOST(
      Kind.UNAVAILABLE, "etcdserver: request timed out, possibly due to connection lost"),
  UNHEALTHY(Kind.UNAVAILABLE, "etcdserver: unhealthy cluster"),
  CORRUPT(Kind.DATA_LOSS, "etcdserver: corrupt cluster"),
  NOT_SUPPORTED_FOR_LEARNER(Kind.FAILED_PRECONDITION, "etcdserver: rpc not supported for learner"),
  NOT_SUPPORTED_FOR_WITNESS(
      Kind.FAILED_PRECONDITION,
      "concordkv: this member is a witness and has no data: ask another one"),
  SNAPSHOT_NAME(
      Kind.INVALID_ARGUMENT,
      "concordkv: a snapshot's name has up to 100 letters, digits, '.', '_' and '-', and begins with"
          + " a letter or digit"),
  SNAPSHOT_EXISTS(
      Kind.FAILED_PRECONDITION,
      "concordkv: there is something of that name among the member's snapshots: choose another name,"
          + " or remove the directory"),
  SNAPSHOT_BASE(
      Kind.FAILED_PRECONDITION,
      "concordkv: the base is no complete snapshot of this member: make a full one, without a base"),
  SNAPSHOT_NO_SPACE(
      Kind.RESOURCE_EXHAUSTED,
      "concordkv: the member's disk has no room for the snapshot, and nothing is left of it: make"
          + " room, then save it again"),
  WITNESS_IS_NO_LEARNER(
      Kind.INVALID_ARGUMENT,
      "concordkv: a member is added as a learner or as a witness, not as both"),
  BAD_REPLACEMENT(
      Kind.INVALID_ARGUMENT,
      "concordkv: each member is replaced once, by a new member with peer URLs of its own or by a"
          + " learner that takes a voter's place"),
  BAD_LEADER_TRANSFEREE(Kind.FAILED_PRECONDITION, "etcdserver: bad leader transferee"),
  CANCELED(Kind.CANCELED, "etcdserver: request canceled"),
  DEADLINE_EXCEEDED(Kind.DEADLINE_EXCEEDED, "etcdserver: context deadline exceeded"),
  NOT_MY_SHARD(Kind.UNAVAILABLE, "concordkv: the key belongs to another shard"),
  UNKNOWN_ENGINE(Kind.INVALID_ARGUMENT, "concordkv: there is no such storage engine"),
  BAD_SETTING(Kind.INVALID_ARGUMENT, "concordkv: a setting is unknown or out of its range"),
  BAD_TABLE(Kind.INVALID_ARGUMENT, "concordkv: prepared tables cannot be taken in"),
  UNKNOWN_COMMAND(Kind.FAILED_PRECONDITION, "concordkv: the command needs a higher feature level");

  /// The family that decides the status on the wire; the names are those of gRPC.
  public enum Kind {
    CANCELED,
    INVALID_ARGUMENT,
    DEADLINE_EXCEEDED,
    NOT_FOUND,
    RESOURCE_EXHAUSTED,
    FAILED_PRECONDITION,
    OUT_OF_RANGE,
    UNAVAILABLE,
    DATA_LOSS,
    /// What etcd itself has no status for.
    UNKNOWN
  }

  private final Kind kind;
  private final String message;

  ErrorCode(Kind kind, String message) {
    this.kind = kind;
    this.message = message;
  }

  public Kind kind() {
    return kind;
  }

  /// What etcd's clients compare with, byte for byte.
  public String message() {
    return message;
  }
}
