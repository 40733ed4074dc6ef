package io.concordkv.raft;

import java.util.Collection;
import java.util.stream.Collectors;

/// How a story tells things: an entry is `index/term` and what it carries. Contexts and nonces are
/// drawn by chance, so only their presence is told.
final class Telling {
  private Telling() {}

  static String of(LogPosition position) {
    return position.index() + "/" + position.term();
  }

  static String of(Entry entry) {
    return of(entry.position())
        + switch (entry.kind()) {
          case NO_OP -> "";
          case COMMAND -> ":" + entry.payload();
          case CONFIGURATION -> ":" + of(entry.configuration());
        };
  }

  /// `{voters|outgoing} +learners +(learners to be) w(witnesses)`
  static String of(Configuration c) {
    var text = new StringBuilder("{" + ids(c.voters()));
    if (c.joint()) {
      text.append('|').append(ids(c.outgoing()));
    }
    text.append('}');
    if (!c.learners().isEmpty()) {
      text.append('+').append(ids(c.learners()));
    }
    if (!c.learnersNext().isEmpty()) {
      text.append("+(").append(ids(c.learnersNext())).append(')');
    }
    if (!c.witnesses().isEmpty()) {
      text.append("w(").append(ids(c.witnesses())).append(')');
    }
    return text.toString();
  }

  private static String ids(Collection<Long> ids) {
    return ids.stream().map(String::valueOf).collect(Collectors.joining(","));
  }

  static String of(Message message) {
    var link = message.from() + "->" + message.to() + " ";
    return link
        + switch (message) {
          case Message.Vote m ->
              "%s%s for term %d, log ends at %s"
                  .formatted(
                      m.pre() ? "PreVote" : "Vote",
                      m.transfer() ? " (transfer)" : "",
                      m.term(),
                      of(m.last()));
          case Message.VoteReply m ->
              "%s %s, term %d"
                  .formatted(
                      m.pre() ? "PreVote" : "Vote", m.granted() ? "granted" : "refused", m.term());
          case Message.Append m ->
              "Append term %d behind %s [%s] commit %d"
                  .formatted(
                      m.term(),
                      of(m.previous()),
                      m.entries().stream().map(Telling::of).collect(Collectors.joining(" ")),
                      m.commit());
          case Message.AppendReply m -> of(m);
          case Message.Heartbeat m ->
              "Heartbeat term %d commit %d%s".formatted(m.term(), m.commit(), context(m.context()));
          case Message.HeartbeatReply m ->
              "HeartbeatReply term %d%s".formatted(m.term(), context(m.context()));
          case Message.InstallSnapshot m ->
              "InstallSnapshot term %d at %s".formatted(m.term(), of(m.snapshot().last()));
          case Message.TimeoutNow m -> "TimeoutNow term %d".formatted(m.term());
          case Message.ReadIndex m -> "ReadIndex %d".formatted(m.token());
          case Message.ReadIndexReply m ->
              "ReadIndexReply %d at %d".formatted(m.token(), m.index());
          case Message.Propose m -> "Propose " + m.commands();
        };
  }

  private static String of(Message.AppendReply reply) {
    if (reply.lost()) {
      return "AppendReply term %d lost, ends at %s".formatted(reply.term(), of(reply.hint()));
    }
    return reply.accepted()
        ? "AppendReply term %d has %d".formatted(reply.term(), reply.index())
        : "AppendReply term %d refused behind %d, try %s"
            .formatted(reply.term(), reply.index(), of(reply.hint()));
  }

  private static String context(long context) {
    return context == 0 ? "" : Suspicion.isNonce(context) ? ", knows of the loss" : ", for a read";
  }

  static String state(TestMember member) {
    if (!member.up()) {
      return member.id + " is down";
    }
    var s = member.node().status();
    var text =
        new StringBuilder(
            "%d %s term %d vote %d leader %d log %d..%s commit %d applied %d%s"
                .formatted(
                    member.id,
                    s.role(),
                    s.hardState().term(),
                    s.hardState().vote(),
                    s.leader(),
                    s.first(),
                    of(s.last()),
                    s.hardState().committed(),
                    s.applied(),
                    s.suspect() ? " suspect" : ""));
    s.followers()
        .forEach((id, f) ->
            text.append(
                "\n  %d %s match %d next %d".formatted(id, f.state(), f.match(), f.next())));
    return text.toString();
  }
}
