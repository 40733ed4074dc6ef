package io.concordkv.server.rpc;

import io.concordkv.base.ConcordException;
import io.concordkv.base.ErrorCode;
import io.concordkv.node.Answer;
import io.concordkv.node.Membership;
import io.concordkv.node.command.Command;
import io.concordkv.node.command.Standing;
import io.concordkv.node.shard.Member;
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
import io.concordkv.server.wire.Headers;
import io.concordkv.server.wire.PeerUrls;
import io.grpc.ServerServiceDefinition;
import java.util.List;
import java.util.stream.Stream;

/// Who belongs to the cluster. Its answers have no revision.
final class ClusterService {
  private final Membership membership;

  ClusterService(Membership membership) {
    this.membership = membership;
  }

  ServerServiceDefinition bind(ServiceBuilder service) {
    return service
        .unary(ClusterGrpc.getMemberListMethod(), MemberListRequest.parser(), this::list)
        .unary(ClusterGrpc.getMemberAddMethod(), MemberAddRequest.parser(), this::add)
        .unary(ClusterGrpc.getMemberRemoveMethod(), MemberRemoveRequest.parser(), this::remove)
        .unary(ClusterGrpc.getMemberUpdateMethod(), MemberUpdateRequest.parser(), this::update)
        .unary(ClusterGrpc.getMemberPromoteMethod(), MemberPromoteRequest.parser(), this::promote)
        .build();
  }

  /// What etcd has no call for.
  ServerServiceDefinition bindOwn(ServiceBuilder service) {
    return service
        .unary(MembersGrpc.getReplaceMethod(), ReplaceMembersRequest.parser(), this::replace)
        .build();
  }

  private void list(MemberListRequest request, UnaryCall<MemberListResponse> call) {
    membership.list(
        request.getLinearizable(),
        call.reply(answer ->
            MemberListResponse.newBuilder()
                .setHeader(Headers.at(answer.header(), 0))
                .addAllMembers(members(answer))
                .build()));
  }

  private void add(MemberAddRequest request, UnaryCall<MemberAddResponse> call) {
    if (PeerUrls.problem(request.getPeerURLsList()) != null) {
      throw new ConcordException(ErrorCode.BAD_MEMBER_URLS);
    }
    membership.add(
        PeerUrls.sorted(request.getPeerURLsList()),
        standing(request),
        call.reply(answer ->
            MemberAddResponse.newBuilder()
                .setHeader(Headers.at(answer.header(), 0))
                .setMember(message(answer.value().member()))
                .addAllMembers(messages(answer.value().members()).toList())
                .build()));
  }

  private static Standing standing(MemberAddRequest request) {
    if (request.getIsWitness() && request.getIsLearner()) {
      throw new ConcordException(ErrorCode.WITNESS_IS_NO_LEARNER);
    }
    return request.getIsWitness()
        ? Standing.WITNESS
        : request.getIsLearner() ? Standing.LEARNER : Standing.VOTER;
  }

  private void remove(MemberRemoveRequest request, UnaryCall<MemberRemoveResponse> call) {
    membership.remove(
        request.getID(),
        call.reply(answer ->
            MemberRemoveResponse.newBuilder()
                .setHeader(Headers.at(answer.header(), 0))
                .addAllMembers(members(answer))
                .build()));
  }

  private void update(MemberUpdateRequest request, UnaryCall<MemberUpdateResponse> call) {
    membership.update(
        request.getID(),
        request.getPeerURLsList(),
        call.reply(answer ->
            MemberUpdateResponse.newBuilder()
                .setHeader(Headers.at(answer.header(), 0))
                .addAllMembers(members(answer))
                .build()));
  }

  private void promote(MemberPromoteRequest request, UnaryCall<MemberPromoteResponse> call) {
    membership.promote(
        request.getID(),
        call.reply(answer ->
            MemberPromoteResponse.newBuilder()
                .setHeader(Headers.at(answer.header(), 0))
                .addAllMembers(members(answer))
                .build()));
  }

  private void replace(ReplaceMembersRequest request, UnaryCall<ReplaceMembersResponse> call) {
    membership.replace(
        request.getReplacementsList().stream().map(ClusterService::succession).toList(),
        call.reply(answer ->
            ReplaceMembersResponse.newBuilder()
                .setHeader(Headers.at(answer.header(), 0))
                .addAllSuccessors(messages(answer.value().successors()).toList())
                .addAllMembers(messages(answer.value().members()).toList())
                .build()));
  }

  private static Command.Succession succession(Replacement wanted) {
    boolean fresh = wanted.getPeerUrlsCount() > 0;
    if (fresh == (wanted.getLearner() != 0)) {
      throw new ConcordException(ErrorCode.BAD_REPLACEMENT);
    }
    if (fresh && PeerUrls.problem(wanted.getPeerUrlsList()) != null) {
      throw new ConcordException(ErrorCode.BAD_MEMBER_URLS);
    }
    return new Command.Succession(
        wanted.getMember(), wanted.getLearner(), PeerUrls.sorted(wanted.getPeerUrlsList()));
  }

  private static List<io.concordkv.proto.etcdserverpb.Member> members(Answer<List<Member>> answer) {
    return messages(answer.value()).toList();
  }

  private static Stream<io.concordkv.proto.etcdserverpb.Member> messages(List<Member> members) {
    return members.stream().map(ClusterService::message);
  }

  private static io.concordkv.proto.etcdserverpb.Member message(Member member) {
    return io.concordkv.proto.etcdserverpb.Member.newBuilder()
        .setID(member.id())
        .setName(member.name())
        .addAllPeerURLs(member.peerUrls())
        .addAllClientURLs(member.clientUrls())
        .setIsLearner(member.learner())
        .setIsWitness(member.witness())
        .build();
  }
}
