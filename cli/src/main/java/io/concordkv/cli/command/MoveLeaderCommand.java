package io.concordkv.cli.command;

import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.GoText;
import io.concordkv.client.ClientException;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "move-leader", description = "Make another member the leader")
final class MoveLeaderCommand extends ClientCommand {
  @Parameters(arity = "0..*", paramLabel = "hex id", description = "the member that is to lead")
  private List<String> arguments = List.of();

  @Override
  void run() {
    if (arguments.size() != 1) {
      throw badArguments("move-leader command needs 1 argument");
    }
    var target = Numbers.memberId(arguments.getFirst());
    var maintenance = client().maintenance();
    ClientException unanswered = null;
    for (var endpoint : maintenance.endpoints()) {
      try {
        var status = maintenance.status(endpoint);
        if (status.getLeader() == status.getHeader().getMemberId()) {
          maintenance.moveLeader(endpoint, target);
          out()
              .line(
                  "Leadership transferred from %s to %s"
                      .formatted(GoText.hexId(status.getLeader()), GoText.hexId(target)));
          return;
        }
      } catch (ClientException.Unreachable e) {
        unanswered = e;
      }
    }
    if (unanswered != null) {
      throw unanswered;
    }
    throw new CommandFailure(
        ExitCode.BAD_ARGUMENTS,
        "no leader endpoint given at "
            + maintenance.endpoints()
            + "; try: concord status --cluster");
  }
}
