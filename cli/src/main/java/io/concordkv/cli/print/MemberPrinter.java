package io.concordkv.cli.print;

import com.google.protobuf.Message;
import io.concordkv.proto.etcdserverpb.Member;
import io.concordkv.proto.etcdserverpb.MemberAddResponse;
import io.concordkv.proto.etcdserverpb.MemberPromoteResponse;
import io.concordkv.proto.etcdserverpb.MemberRemoveResponse;
import io.concordkv.proto.etcdserverpb.MemberUpdateResponse;
import io.concordkv.proto.etcdserverpb.ResponseHeader;
import io.concordkv.proto.v1.ReplaceMembersResponse;
import java.util.List;
import java.util.stream.Collectors;

/// Answers about changes of the members.
public record MemberPrinter(Out out, Format format) {
  public void added(MemberAddResponse answer) {
    var member = answer.getMember();
    var as =
        member.getIsWitness()
            ? "added as witness to"
            : member.getIsLearner() ? "added as learner to" : "added to";
    changed(answer.getMember().getID(), as, answer.getHeader(), answer, answer.getMembersList());
  }

  public void removed(long id, MemberRemoveResponse answer) {
    changed(id, "removed from", answer.getHeader(), answer, answer.getMembersList());
  }

  public void updated(long id, MemberUpdateResponse answer) {
    changed(id, "updated in", answer.getHeader(), answer, answer.getMembersList());
  }

  public void promoted(long id, MemberPromoteResponse answer) {
    changed(id, "promoted in", answer.getHeader(), answer, answer.getMembersList());
  }

  public void replaced(List<Long> gone, ReplaceMembersResponse answer) {
    if (format != Format.SIMPLE) {
      changed(0, "", answer.getHeader(), answer, answer.getMembersList());
      return;
    }
    for (int i = 0; i < Math.min(gone.size(), answer.getSuccessorsCount()); i++) {
      out.line(
          "Member %16x replaced by %16x in cluster %16x"
              .formatted(
                  gone.get(i), answer.getSuccessors(i).getID(), answer.getHeader().getClusterId()));
    }
  }

  private void changed(
      long id, String how, ResponseHeader header, Message answer, List<Member> members) {
    switch (format) {
      case SIMPLE ->
          out.line("Member %16x %s cluster %16x".formatted(id, how, header.getClusterId()));
      case FIELDS -> {
        var fields = new FieldsText(out, false).header(header);
        members.forEach(member -> ClusterPrinter.fields(out, fields, member));
      }
      case JSON -> out.line(JsonText.of(answer));
      case TABLE -> throw KvPrinter.noTable();
    }
  }

  /// With what settings an added member is to be started.
  public void settings(String name, String peerUrls, long id, List<Member> members) {
    var cluster =
        members.stream()
            .flatMap(member ->
                member.getPeerURLsList().stream()
                    .map(url -> (member.getID() == id ? name : member.getName()) + "=" + url))
            .collect(Collectors.joining(","));
    out.line("");
    out.line("ETCD_NAME=" + GoText.quoted(name));
    out.line("ETCD_INITIAL_CLUSTER=" + GoText.quoted(cluster));
    out.line("ETCD_INITIAL_ADVERTISE_PEER_URLS=" + GoText.quoted(peerUrls));
    out.line("ETCD_INITIAL_CLUSTER_STATE=\"existing\"");
  }
}
