package io.concordkv.server.rpc;

import io.concordkv.node.Answer;
import io.concordkv.node.Node;
import io.concordkv.node.shard.Member;
import io.concordkv.proto.etcdserverpb.ClusterGrpc;
import io.concordkv.proto.etcdserverpb.MemberListRequest;
import io.concordkv.proto.etcdserverpb.MemberListResponse;
import io.concordkv.server.wire.Headers;
import io.grpc.ServerServiceDefinition;
import java.util.List;

/// Who belongs to the cluster. Its answers have no revision.
final class ClusterService {
  private final Node node;

  ClusterService(Node node) {
    this.node = node;
  }

  ServerServiceDefinition bind(ServiceBuilder service) {
    return service
        .unary(
            ClusterGrpc.getMemberListMethod(),
            MemberListRequest.parser(),
            (request, call) ->
                node.members(request.getLinearizable(), call.reply(ClusterService::list)))
        .build();
  }

  private static MemberListResponse list(Answer<List<Member>> answer) {
    var response = MemberListResponse.newBuilder().setHeader(Headers.at(answer.header(), 0));
    for (var member : answer.value()) {
      response.addMembers(
          io.concordkv.proto.etcdserverpb.Member.newBuilder()
              .setID(member.id())
              .setName(member.name())
              .addAllPeerURLs(member.peerUrls())
              .addAllClientURLs(member.clientUrls())
              .setIsLearner(member.learner()));
    }
    return response.build();
  }
}
