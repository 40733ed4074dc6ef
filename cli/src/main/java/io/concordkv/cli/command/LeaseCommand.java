package io.concordkv.cli.command;

import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.LeasePrinter;
import io.concordkv.client.ClientException;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "lease",
    description = "Leases: keys that end with their owner",
    subcommands = {
      LeaseCommand.Grant.class,
      LeaseCommand.Revoke.class,
      LeaseCommand.KeepAlive.class,
      LeaseCommand.TimeToLive.class,
      LeaseCommand.ListAll.class
    })
final class LeaseCommand {
  abstract static class LeaseAction extends ClientCommand {
    @Parameters(arity = "0..*", paramLabel = "argument")
    List<String> arguments = List.of();

    String only(String otherwise) {
      if (arguments.size() != 1) {
        throw badArguments(otherwise);
      }
      return arguments.getFirst();
    }

    long id(String otherwise) {
      return Numbers.leaseId(only(otherwise), "bad lease ID arg");
    }

    LeasePrinter leasePrinter() {
      return new LeasePrinter(out(), format());
    }
  }

  @Command(name = "grant", description = "Make a lease of so many seconds")
  static final class Grant extends LeaseAction {
    @Override
    void run() {
      refuseTable();
      var text = only("lease grant command needs TTL argument");
      long ttlSeconds;
      try {
        ttlSeconds = Long.parseLong(text);
      } catch (NumberFormatException e) {
        throw badArguments("bad TTL (" + Numbers.notSigned(text) + ")");
      }
      try {
        leasePrinter().granted(client().lease().grant(ttlSeconds));
      } catch (ClientException.Rejected e) {
        throw new CommandFailure(ExitCode.ERROR, "failed to grant lease (" + e.getMessage() + ")");
      }
    }
  }

  @Command(name = "revoke", description = "End a lease, and its keys with it")
  static final class Revoke extends LeaseAction {
    @Override
    void run() {
      refuseTable();
      var id = id("lease revoke command needs 1 argument");
      try {
        leasePrinter().revoked(id, client().lease().revoke(id));
      } catch (ClientException.Rejected e) {
        throw new CommandFailure(ExitCode.ERROR, "failed to revoke lease (" + e.getMessage() + ")");
      }
    }
  }

  @Command(name = "keep-alive", description = "Renew a lease, again and again")
  static final class KeepAlive extends LeaseAction {
    @Option(names = "--once", description = "renew it once")
    private boolean once;

    @Override
    void run() throws InterruptedException {
      refuseTable();
      var id = id("lease keep-alive command needs lease ID as argument");
      try {
        while (true) {
          var answer = client().lease().keepAliveOnce(id);
          leasePrinter().kept(answer);
          if (once) {
            return;
          }
          Thread.sleep(Duration.ofSeconds(answer.getTTL()).dividedBy(3));
        }
      } catch (ClientException.Rejected e) {
        if (once) {
          throw new CommandFailure(ExitCode.BAD_CONNECTION, String.valueOf(e.getMessage()));
        }
        out().line("lease %016x expired or revoked.".formatted(id));
      }
    }
  }

  @Command(name = "timetolive", description = "How long a lease still lives")
  static final class TimeToLive extends LeaseAction {
    @Option(names = "--keys", description = "and which keys end with it")
    private boolean keys;

    @Override
    void run() {
      refuseTable();
      var id = id("lease timetolive command needs lease ID as argument");
      leasePrinter().timeToLive(client().lease().timeToLive(id, keys), keys);
    }
  }

  @Command(name = "list", description = "All leases")
  static final class ListAll extends LeaseAction {
    @Override
    void run() {
      refuseTable();
      leasePrinter().list(client().lease().list());
    }
  }
}
