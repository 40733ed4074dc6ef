package io.concordkv.cli.process;

import io.concordkv.cli.print.JsonText;
import io.concordkv.node.command.Standing;
import io.concordkv.node.shard.Member;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The members as JSON, in the form that etcd has on its peers' port.
final class MembersPage {
  private MembersPage() {}

  static String of(List<Member> members) {
    var json = new JsonText().open('[');
    for (var member : members) {
      json.open('{').name("id").raw(Long.toUnsignedString(member.id()));
      strings(json.name("peerURLs"), member.peerUrls());
      if (member.learner()) {
        json.name("isLearner").raw(true);
      }
      if (member.witness()) {
        json.name("isWitness").raw(true);
      }
      if (member.started()) {
        json.name("name").string(member.name());
      }
      if (!member.clientUrls().isEmpty()) {
        strings(json.name("clientURLs"), member.clientUrls());
      }
      json.close('}');
    }
    return json.close(']').toString();
  }

  private static void strings(JsonText json, List<String> texts) {
    json.open('[');
    texts.forEach(json::string);
    json.close(']');
  }

  /// Throws [IllegalArgumentException] for anything else.
  static List<Member> parse(String text) {
    try {
      var members = new ArrayList<Member>();
      for (var each : JsonMapper.shared().readTree(text).values()) {
        members.add(
            new Member(
                each.get("id").bigIntegerValue().longValue(),
                each.path("name").asString(""),
                strings(each.path("peerURLs")),
                strings(each.path("clientURLs")),
                standing(each),
                0));
      }
      return members;
    } catch (JacksonException | NullPointerException e) {
      throw new IllegalArgumentException("no list of members: " + text, e);
    }
  }

  private static Standing standing(JsonNode member) {
    return member.path("isWitness").asBoolean(false)
        ? Standing.WITNESS
        : member.path("isLearner").asBoolean(false) ? Standing.LEARNER : Standing.VOTER;
  }

  private static List<String> strings(JsonNode list) {
    return list.valueStream().map(each -> each.asString("")).toList();
  }
}
