package io.concordkv.cli.print;

import io.concordkv.client.Endpoint;
import io.concordkv.proto.etcdserverpb.Member;
import io.concordkv.proto.etcdserverpb.MemberListResponse;
import io.concordkv.proto.etcdserverpb.StatusResponse;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Answers about members.
public record ClusterPrinter(Out out, Format format, boolean hex) {
  public void members(MemberListResponse answer) {
    switch (format) {
      case SIMPLE ->
          answer
              .getMembersList()
              .forEach(member -> out.line(String.join(", ", cells(member, witnesses(answer)))));
      case FIELDS -> {
        var fields = new FieldsText(out, false).header(answer.getHeader());
        answer.getMembersList().forEach(member -> fields(out, fields, member));
      }
      case JSON -> out.line(hex ? hexMembers(answer) : JsonText.of(answer));
      case TABLE -> {
        boolean witnesses = witnesses(answer);
        var titles = List.of("ID", "Status", "Name", "Peer Addrs", "Client Addrs", "Is Learner");
        var table = new Table(more(titles, witnesses, "Is Witness").toArray(new String[0]));
        answer.getMembersList().forEach(member -> table.row(cells(member, witnesses).toArray()));
        table.print(out);
      }
    }
  }

  /// Only then a column tells of them: without any, the output is etcdctl's to the byte.
  private static boolean witnesses(MemberListResponse answer) {
    return answer.getMembersList().stream().anyMatch(Member::getIsWitness);
  }

  private static List<String> more(List<String> cells, boolean witnesses, String last) {
    return witnesses ? Stream.concat(cells.stream(), Stream.of(last)).toList() : cells;
  }

  private static List<String> cells(Member member, boolean witnesses) {
    var cells =
        List.of(
            GoText.hexId(member.getID()),
            member.getName().isEmpty() ? "unstarted" : "started",
            member.getName(),
            String.join(",", member.getPeerURLsList()),
            String.join(",", member.getClientURLsList()),
            Boolean.toString(member.getIsLearner()));
    return more(cells, witnesses, Boolean.toString(member.getIsWitness()));
  }

  static void fields(Out out, FieldsText fields, Member member) {
    fields.unsigned("ID", member.getID()).quoted("Name", member.getName());
    member.getPeerURLsList().forEach(url -> fields.quoted("PeerURL", url));
    member.getClientURLsList().forEach(url -> fields.quoted("ClientURL", url));
    fields.raw("IsLearner", member.getIsLearner());
    witness(fields, member.getIsWitness());
    out.line("");
  }

  private static void witness(FieldsText fields, boolean witness) {
    if (witness) {
      fields.raw("IsWitness", true);
    }
  }

  private static String hexMembers(MemberListResponse answer) {
    var header = answer.getHeader();
    var json = new JsonText().open('{').name("header").open('{');
    json.name("cluster_id").string(GoText.hexId(header.getClusterId()));
    json.name("member_id").string(GoText.hexId(header.getMemberId()));
    json.name("raft_term").raw(header.getRaftTerm()).close('}').name("members").open('[');
    for (var member : answer.getMembersList()) {
      json.open('{').name("ID").string(GoText.hexId(member.getID()));
      json.fields(member.toBuilder().clearID().build()).close('}');
    }
    return json.close(']').close('}').toString();
  }

  public void statuses(Map<Endpoint, StatusResponse> answers) {
    switch (format) {
      case SIMPLE ->
          answers.forEach((endpoint, status) ->
              out.line(String.join(", ", cells(endpoint, status, witnesses(answers)))));
      case FIELDS -> answers.forEach(this::fields);
      case JSON -> {
        var json = new JsonText().open('[');
        answers.forEach((endpoint, status) ->
            json.open('{')
                .name("Endpoint")
                .string(endpoint.text())
                .name("Status")
                .message(status)
                .close('}'));
        out.line(json.close(']').toString());
      }
      case TABLE -> {
        boolean witnesses = witnesses(answers);
        var titles =
            List.of(
                "Endpoint",
                "ID",
                "Version",
                "Storage Version",
                "DB Size",
                "In Use",
                "Percentage Not In Use",
                "Quota",
                "Is Leader",
                "Is Learner",
                "Raft Term",
                "Raft Index",
                "Raft Applied Index",
                "Errors",
                "Downgrade Target Version",
                "Downgrade Enabled");
        var table = new Table(more(titles, witnesses, "Is Witness").toArray(new String[0]));
        answers.forEach(
            (endpoint, status) -> table.row(cells(endpoint, status, witnesses).toArray()));
        table.print(out);
      }
    }
  }

  private static boolean witnesses(Map<Endpoint, StatusResponse> answers) {
    return answers.values().stream().anyMatch(StatusResponse::getIsWitness);
  }

  private static List<String> cells(Endpoint endpoint, StatusResponse status, boolean witnesses) {
    var used =
        status.getDbSize() == 0 ? 1.0 : (double) status.getDbSizeInUse() / status.getDbSize();
    var cells =
        List.of(
            endpoint.text(),
            GoText.hexId(status.getHeader().getMemberId()),
            status.getVersion(),
            status.getStorageVersion(),
            GoText.humanBytes(status.getDbSize()),
            GoText.humanBytes(status.getDbSizeInUse()),
            (int) ((1 - used) * 100) + "%",
            GoText.humanBytes(status.getDbSizeQuota()),
            Boolean.toString(status.getLeader() == status.getHeader().getMemberId()),
            Boolean.toString(status.getIsLearner()),
            Long.toUnsignedString(status.getRaftTerm()),
            Long.toUnsignedString(status.getRaftIndex()),
            Long.toUnsignedString(status.getRaftAppliedIndex()),
            String.join(", ", status.getErrorsList()),
            status.getDowngradeInfo().getTargetVersion(),
            Boolean.toString(status.getDowngradeInfo().getEnabled()));
    return more(cells, witnesses, Boolean.toString(status.getIsWitness()));
  }

  private void fields(Endpoint endpoint, StatusResponse status) {
    var fields = new FieldsText(out, false).header(status.getHeader());
    fields.quoted("Version", status.getVersion());
    fields.quoted("StorageVersion", status.getStorageVersion());
    fields.raw("DBSize", status.getDbSize()).raw("DBSizeInUse", status.getDbSizeInUse());
    fields.raw("DBSizeQuota", status.getDbSizeQuota()).unsigned("Leader", status.getLeader());
    fields.raw("IsLearner", status.getIsLearner());
    witness(fields, status.getIsWitness());
    fields.unsigned("RaftIndex", status.getRaftIndex());
    fields.unsigned("RaftTerm", status.getRaftTerm());
    fields.unsigned("RaftAppliedIndex", status.getRaftAppliedIndex());
    fields.raw("Errors", "[" + String.join(" ", status.getErrorsList()) + "]");
    fields.quoted("Endpoint", endpoint.text());
    fields.quoted("DowngradeTargetVersion", status.getDowngradeInfo().getTargetVersion());
    fields.raw("DowngradeEnabled", status.getDowngradeInfo().getEnabled());
    out.line("");
  }
}
