package io.concordkv.cli.command;

import io.concordkv.proto.etcdserverpb.TxnRequest;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
    name = "txn",
    description = {
      "Compare, then do one thing or the other, at once",
      "Reads comparisons, an empty line, what to do if they hold, an empty line, what else to do:",
      "  mod(\"key\") > \"0\"      (also create, ver, value, lease; = != < >)",
      "  put key \"new value\"   (also get and del, with their options)"
    })
final class TxnCommand extends ClientCommand {
  @Parameters(arity = "0..*", hidden = true)
  private List<String> arguments = List.of();

  @Option(
      names = {"-i", "--interactive"},
      description = "ask for each part")
  private boolean interactive;

  @Override
  void run() throws IOException {
    refuseTable();
    if (!arguments.isEmpty()) {
      throw badArguments("txn command does not accept argument");
    }
    var lines = new BufferedReader(new InputStreamReader(session().in(), StandardCharsets.UTF_8));
    var request = TxnRequest.newBuilder();
    part(lines, "compares:", line -> request.addCompare(TxnText.comparison(line)));
    part(
        lines,
        "success requests (get, put, del):",
        line -> request.addSuccess(TxnText.operation(line)));
    part(
        lines,
        "failure requests (get, put, del):",
        line -> request.addFailure(TxnText.operation(line)));
    printer().txn(client().kv().txn(request.build()));
  }

  /// Takes lines up to an empty one, or the end.
  private void part(BufferedReader lines, String question, Consumer<String> take)
      throws IOException {
    if (interactive) {
      out().line(question).flush();
    }
    for (var line = lines.readLine(); line != null && !line.isEmpty(); line = lines.readLine()) {
      take.accept(line);
    }
  }
}
