package io.concordkv.cli.command;

import io.concordkv.cli.outcome.CommandFailure;
import io.concordkv.cli.outcome.ExitCode;
import io.concordkv.cli.print.Format;
import io.concordkv.cli.print.KvPrinter;
import io.concordkv.cli.print.Out;
import io.concordkv.client.ConcordClient;
import java.util.concurrent.Callable;
import org.jspecify.annotations.NullUnmarked;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// What the commands that talk to a cluster have in common.
abstract class ClientCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @NullUnmarked
  ClientCommand() {}

  /// Does the work; [CommandFailure] and the client's exceptions become messages and exit codes.
  abstract void run() throws Exception;

  @Override
  public Integer call() throws Exception {
    run();
    session().out().flush();
    return ExitCode.OK.number();
  }

  private Root root() {
    return (Root) spec.root().userObject();
  }

  Session session() {
    return root().session();
  }

  GlobalOptions options() {
    return root().options();
  }

  Format format() {
    return options().format();
  }

  Out out() {
    return session().out();
  }

  ConcordClient client() {
    return session().client(options().client(session().environment()));
  }

  KvPrinter printer() {
    return new KvPrinter(out(), format(), options().hex());
  }

  /// Refuses a table before anything is done, where there is none.
  void refuseTable() {
    if (format() == Format.TABLE) {
      throw KvPrinter.noTable();
    }
  }

  static CommandFailure badArguments(String message) {
    return new CommandFailure(ExitCode.BAD_ARGUMENTS, message);
  }
}
