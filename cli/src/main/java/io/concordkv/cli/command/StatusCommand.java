package io.concordkv.cli.command;

import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.ClusterPrinter;
import io.concordkv.client.ClientException;
import io.concordkv.client.ClientOptions;
import io.concordkv.client.ConcordClient;
import io.concordkv.client.Endpoint;
import io.concordkv.proto.etcdserverpb.StatusResponse;
import java.util.LinkedHashMap;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "status", description = "How each endpoint is: version, size, leader, log")
final class StatusCommand extends ClientCommand {
  @Option(
      names = {"--cluster", "--all"},
      description = "ask all members, not only the endpoints given")
  private boolean all;

  @Override
  void run() {
    var answers = new LinkedHashMap<Endpoint, StatusResponse>();
    var failed = 0;
    var given = options().client(session().environment());
    var wanted =
        all ? new ClientOptions(allOf(client()), given.dialTimeout(), given.callTimeout()) : given;
    // One after the other, so that what failed is told beside what answered.
    var client = session().client(wanted);
    for (var endpoint : wanted.endpoints()) {
      try {
        answers.put(endpoint, client.maintenance().status(endpoint));
      } catch (ClientException e) {
        session()
            .err()
            .println(
                "Failed to get the status of endpoint " + endpoint + " (" + e.getMessage() + ")");
        failed++;
      }
    }
    new ClusterPrinter(out(), format(), options().hex()).statuses(answers);
    if (failed > 0) {
      out().flush();
      throw new CommandFailure(
          failed == wanted.endpoints().size() ? ExitCode.BAD_CONNECTION : ExitCode.ERROR,
          failed + " of " + wanted.endpoints().size() + " endpoints did not answer");
    }
  }

  static List<Endpoint> allOf(ConcordClient client) {
    return client.cluster().members(false).getMembersList().stream()
        .filter(member -> member.getClientURLsCount() > 0)
        .map(member -> Endpoint.parse(member.getClientURLs(0)))
        .toList();
  }
}
