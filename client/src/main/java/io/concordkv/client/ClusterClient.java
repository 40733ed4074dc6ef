package io.concordkv.client;

import io.concordkv.proto.etcdserverpb.ClusterGrpc;
import io.concordkv.proto.etcdserverpb.MemberAddRequest;
import io.concordkv.proto.etcdserverpb.MemberAddResponse;
import io.concordkv.proto.etcdserverpb.MemberListRequest;
import io.concordkv.proto.etcdserverpb.MemberListResponse;
import io.concordkv.proto.etcdserverpb.MemberPromoteRequest;
import io.concordkv.proto.etcdserverpb.MemberPromoteResponse;
import io.concordkv.proto.etcdserverpb.MemberRemoveRequest;
import io.concordkv.proto.etcdserverpb.MemberRemoveResponse;
import io.concordkv.proto.etcdserverpb.MemberUpdateRequest;
import io.concordkv.proto.etcdserverpb.MemberUpdateResponse;
import io.concordkv.proto.v1.MembersGrpc;
import io.concordkv.proto.v1.ReplaceMembersRequest;
import io.concordkv.proto.v1.ReplaceMembersResponse;
import io.concordkv.proto.v1.Replacement;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/// Who belongs to the cluster. Changes are sent once; one whose fate is unknown shows in
/// [#members].
public final class ClusterClient {
  private final Calls calls;

  ClusterClient(Calls calls) {
    this.calls = calls;
  }

  /// @param linearizable false: what the member asked knows, even without a leader
  public MemberListResponse members(boolean linearizable) {
    return Calls.await(membersAsync(linearizable));
  }

  public CompletableFuture<MemberListResponse> membersAsync(boolean linearizable) {
    var request = MemberListRequest.newBuilder().setLinearizable(linearizable).build();
    return calls.read(ClusterGrpc.getMemberListMethod(), request);
  }

  /// Makes room for a node that is to be started with `--initial-cluster-state existing`.
  ///
  /// @param learner whether it follows without a vote until it is promoted
  public MemberAddResponse add(List<String> peerUrls, boolean learner) {
    var request =
        MemberAddRequest.newBuilder().addAllPeerURLs(peerUrls).setIsLearner(learner).build();
    return Calls.await(calls.write(ClusterGrpc.getMemberAddMethod(), request));
  }

  /// As [#add], for a node that votes but keeps no data. A server that knows no such thing adds a
  /// full member: the answer says what it is.
  public MemberAddResponse addWitness(List<String> peerUrls) {
    var request = MemberAddRequest.newBuilder().addAllPeerURLs(peerUrls).setIsWitness(true).build();
    return Calls.await(calls.write(ClusterGrpc.getMemberAddMethod(), request));
  }

  /// The id never comes back, nor does the data of that member.
  public MemberRemoveResponse remove(long member) {
    var request = MemberRemoveRequest.newBuilder().setID(member).build();
    return Calls.await(calls.write(ClusterGrpc.getMemberRemoveMethod(), request));
  }

  /// Says where the others find a member.
  public MemberUpdateResponse update(long member, List<String> peerUrls) {
    var request = MemberUpdateRequest.newBuilder().setID(member).addAllPeerURLs(peerUrls).build();
    return Calls.await(calls.write(ClusterGrpc.getMemberUpdateMethod(), request));
  }

  /// A learner that has caught up becomes a voter.
  public MemberPromoteResponse promote(long member) {
    var request = MemberPromoteRequest.newBuilder().setID(member).build();
    return Calls.await(calls.write(ClusterGrpc.getMemberPromoteMethod(), request));
  }

  /// A new member at `peerUrls` takes the place of `member`, which is gone for good, in one change.
  public ReplaceMembersResponse replace(long member, List<String> peerUrls) {
    return replace(
        List.of(Replacement.newBuilder().setMember(member).addAllPeerUrls(peerUrls).build()));
  }

  /// All of it in one change.
  public ReplaceMembersResponse replace(List<Replacement> replacements) {
    var request = ReplaceMembersRequest.newBuilder().addAllReplacements(replacements).build();
    return Calls.await(calls.write(MembersGrpc.getReplaceMethod(), request));
  }
}
