package io.concordkv.sim.mutant;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/// Compiles single sources in memory, against the classes that this program runs with.
final class Forge {
  private final JavaCompiler compiler;
  private final StandardJavaFileManager files;

  Forge() {
    var found = ToolProvider.getSystemJavaCompiler();
    if (found == null) {
      throw new IllegalStateException("mutants are compiled, so they need a JDK");
    }
    compiler = found;
    files = compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8);
  }

  /// The classes that `source` makes, by name. Throws [Patch.Mismatch] if it makes none.
  Map<String, byte[]> compile(String className, String source) {
    var made = new Made(files);
    var complaints = new StringWriter();
    boolean good =
        compiler
            .getTask(
                complaints,
                made,
                null,
                List.of("-proc:none", "-nowarn", "-Xlint:none", "-g"),
                null,
                List.of(new Source(className, source)))
            .call();
    if (!good) {
      throw new Patch.Mismatch(className + " does not compile: " + complaints);
    }
    return made.classes();
  }

  private static URI uri(String className, JavaFileObject.Kind kind) {
    return URI.create("mutant:///" + className.replace('.', '/') + kind.extension);
  }

  private static final class Source extends SimpleJavaFileObject {
    private final String content;

    Source(String className, String content) {
      super(uri(className, Kind.SOURCE), Kind.SOURCE);
      this.content = content;
    }

    @Override
    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
      return content;
    }
  }

  private static final class Compiled extends SimpleJavaFileObject {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

    Compiled(String className) {
      super(uri(className, Kind.CLASS), Kind.CLASS);
    }

    @Override
    public OutputStream openOutputStream() {
      return bytes;
    }
  }

  /// Keeps what is compiled.
  private static final class Made extends ForwardingJavaFileManager<JavaFileManager> {
    private final TreeMap<String, Compiled> made = new TreeMap<>();

    Made(JavaFileManager files) {
      super(files);
    }

    @Override
    public JavaFileObject getJavaFileForOutput(
        Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
      return made.computeIfAbsent(className, Compiled::new);
    }

    Map<String, byte[]> classes() {
      var classes = new TreeMap<String, byte[]>();
      made.forEach((name, file) -> classes.put(name, file.bytes.toByteArray()));
      return classes;
    }
  }
}
