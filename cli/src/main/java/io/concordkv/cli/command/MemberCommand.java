package io.concordkv.cli.command;

import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.ClusterPrinter;
import io.concordkv.cli.print.Format;
import io.concordkv.cli.print.GoText;
import io.concordkv.cli.print.MemberPrinter;
import io.concordkv.proto.v1.Replacement;
import io.concordkv.server.wire.PeerUrls;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "member",
    description = "Who belongs to the cluster",
    subcommands = {
      MemberCommand.ListAll.class,
      MemberCommand.Add.class,
      MemberCommand.Remove.class,
      MemberCommand.Update.class,
      MemberCommand.Promote.class,
      MemberCommand.Replace.class
    })
final class MemberCommand {
  @Command(name = "list", description = "All members")
  static final class ListAll extends ClientCommand {
    @Option(names = "--consistency", paramLabel = "l|s", description = "s: without asking a leader")
    private String consistency = "l";

    @Override
    void run() {
      var answer = client().cluster().members(!consistency.equals("s"));
      new ClusterPrinter(out(), format(), options().hex()).members(answer);
    }
  }

  abstract static class Change extends ClientCommand {
    @Parameters(arity = "0..*", paramLabel = "argument")
    List<String> arguments = List.of();

    MemberPrinter memberPrinter() {
      return new MemberPrinter(out(), format());
    }

    long id() {
      if (arguments.size() != 1) {
        throw badArguments("member ID is not provided");
      }
      return id(arguments.getFirst());
    }

    long id(String text) {
      try {
        return Long.parseUnsignedLong(text, 16);
      } catch (NumberFormatException e) {
        throw badArguments(
            "bad member ID arg (strconv.ParseUint: parsing \""
                + text
                + "\": invalid syntax), expecting ID in Hex");
      }
    }
  }

  abstract static class ChangeOfUrls extends Change {
    @Option(
        names = "--peer-urls",
        split = ",",
        paramLabel = "http://host:port,...",
        description = "where the other members reach it")
    List<String> peerUrls = List.of();

    void needUrls() {
      if (peerUrls.isEmpty()) {
        throw badArguments("member peer urls not provided");
      }
    }

    void checkUrls() {
      var problem = PeerUrls.problem(peerUrls);
      if (problem != null) {
        throw new CommandFailure(ExitCode.ERROR, problem);
      }
    }
  }

  @Command(name = "add", description = "Make room for a member: NAME --peer-urls=...")
  static final class Add extends ChangeOfUrls {
    @Option(names = "--learner", description = "it follows without a vote until it is promoted")
    private boolean learner;

    @Option(
        names = "--witness",
        description = "it votes, but keeps no data and never leads; it stays what it is")
    private boolean witness;

    @Override
    void run() {
      refuseTable();
      if (arguments.isEmpty()) {
        throw badArguments("member name not provided");
      }
      if (arguments.size() > 1) {
        throw badArguments("too many arguments");
      }
      needUrls();
      checkUrls();
      if (learner && witness) {
        throw badArguments("a member is added as a learner or as a witness, not as both");
      }
      var cluster = client().cluster();
      var answer = witness ? cluster.addWitness(peerUrls) : cluster.add(peerUrls, learner);
      memberPrinter().added(answer);
      if (witness && !answer.getMember().getIsWitness()) {
        throw new CommandFailure(
            ExitCode.ERROR,
            "the server knows no witnesses and added a full member: take it back with member remove "
                + GoText.hexId(answer.getMember().getID()));
      }
      if (format() == Format.SIMPLE) {
        memberPrinter()
            .settings(
                arguments.getFirst(),
                String.join(",", peerUrls),
                answer.getMember().getID(),
                answer.getMembersList());
      }
    }
  }

  @Command(name = "remove", description = "Take a member out, for good: ID")
  static final class Remove extends Change {
    @Override
    void run() {
      refuseTable();
      long id = id();
      memberPrinter().removed(id, client().cluster().remove(id));
    }
  }

  @Command(name = "update", description = "Say where a member is reached: ID --peer-urls=...")
  static final class Update extends ChangeOfUrls {
    @Override
    void run() {
      refuseTable();
      long id = id();
      needUrls();
      memberPrinter().updated(id, client().cluster().update(id, peerUrls));
    }
  }

  @Command(name = "promote", description = "Give a learner a vote: ID")
  static final class Promote extends Change {
    @Override
    void run() {
      refuseTable();
      long id = id();
      memberPrinter().promoted(id, client().cluster().promote(id));
    }
  }

  @Command(
      name = "replace",
      description = {
        "Take members out and others in, in one change.",
        "ID NAME --peer-urls=...: a new member for one that is gone for good",
        "ID,... --with=ID,...: learners that have caught up become voters in their place"
      })
  static final class Replace extends ChangeOfUrls {
    @Option(
        names = "--with",
        split = ",",
        paramLabel = "ID,...",
        description = "the learners, in the order of those whose places they take")
    private List<String> learners = List.of();

    @Override
    void run() {
      refuseTable();
      if (learners.isEmpty()) {
        replaceByNew();
      } else {
        replaceByLearners();
      }
    }

    private void replaceByNew() {
      if (arguments.size() != 2) {
        throw badArguments(
            "the ID of the member that goes and the name of its successor are needed");
      }
      needUrls();
      checkUrls();
      long gone = id(arguments.getFirst());
      var answer = client().cluster().replace(gone, peerUrls);
      memberPrinter().replaced(List.of(gone), answer);
      if (format() == Format.SIMPLE && answer.getSuccessorsCount() == 1) {
        memberPrinter()
            .settings(
                arguments.getLast(),
                String.join(",", peerUrls),
                answer.getSuccessors(0).getID(),
                answer.getMembersList().stream().filter(each -> each.getID() != gone).toList());
      }
    }

    private void replaceByLearners() {
      if (!peerUrls.isEmpty()) {
        throw badArguments("a learner has its peer urls already");
      }
      var gone =
          arguments.stream().flatMap(each -> Stream.of(each.split(","))).map(this::id).toList();
      if (gone.size() != learners.size()) {
        throw badArguments("as many members go as learners come");
      }
      var replacements = new ArrayList<Replacement>();
      for (int i = 0; i < gone.size(); i++) {
        replacements.add(
            Replacement.newBuilder()
                .setMember(gone.get(i))
                .setLearner(id(learners.get(i)))
                .build());
      }
      memberPrinter().replaced(gone, client().cluster().replace(replacements));
    }
  }
}
