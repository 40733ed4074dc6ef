package io.concordkv.storage.engine.lsm;

import io.concordkv.base.Bytes;
import io.concordkv.base.Check;
import io.concordkv.base.CorruptionError;
import io.concordkv.base.env.FileSystem;
import io.concordkv.base.env.StoredFile;
import io.concordkv.storage.engine.lsm.manifest.Edit;
import io.concordkv.storage.engine.lsm.table.Copies;
import io.concordkv.storage.engine.lsm.table.Table;
import io.concordkv.storage.engine.lsm.table.TableInfo;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A content built beside the living one of the files of another engine ([FrozenFiles]), piece by
/// piece. Files that the living content has as well are shared with it; all others are written as
/// [Copies], so that nothing that is here is touched. As long as no edit of the manifest names
/// them, they are leftovers that the next open removes.
///
/// Made and given up on the loop; used by one worker at a time.
public final class FileReplacement {
  private static final int MAX_PIECE_BYTES = 1 << 20;

  private final TableStore store;
  private final Consumer<Levels> letGo;
  private final Levels own;

  /// The living tables by their ids, and what is known of the living files.
  private final Map<Long, Table> ownTables;

  private final Map<Long, ContentFile> ownFiles;
  private final Copies ownCopies;

  private final List<String> written = new ArrayList<>();
  private final TreeMap<Long, Integer> copies = new TreeMap<>();
  private @Nullable Edit content;

  /// The tables of it by their ids, and all files.
  private final TreeMap<Long, TableInfo> told = new TreeMap<>();

  private List<ContentFile> files = List.of();

  /// Which file comes, how much of it has come, and whether it may turn out to be the living one.
  private int at;

  private long offset;
  private boolean sharable;

  /// The file that is being written; null as long as all of it is as in the one that lives here.
  private @Nullable StoredFile file;

  private List<Levels.Placed> placed = List.of();
  private boolean over;

  /// @param letGo of levels, on the loop
  FileReplacement(TableStore store, Levels living, Consumer<Levels> letGo) {
    this.store = store;
    this.letGo = letGo;
    this.own = living.retain();
    this.ownTables =
        own.all().stream().collect(Collectors.toMap(table -> table.info().id(), each -> each));
    this.ownFiles =
        ContentFile.of(ContentFile.content(own, Long.MAX_VALUE, 0)).stream()
            .collect(Collectors.toMap(ContentFile::id, Function.identity()));
    this.ownCopies = own.copies();
  }

  /// What comes: [FrozenFiles#description()].
  public void begin(Bytes description) {
    Check.that(content == null && !over, "a content is told of once");
    content = Edit.decode(description);
    files = ContentFile.of(content);
    if (files.stream().anyMatch(each -> each.bytes() <= 0)) {
      throw new CorruptionError("a snapshot tells of a file that has nothing in it");
    }
    content.added().forEach(each -> told.put(each.table().id(), each.table()));
    beginFile();
  }

  /// The next piece, which came from elsewhere.
  public void add(Bytes piece) {
    if (store.isClosed()) {
      return;
    }
    if (at == files.size()) {
      throw new CorruptionError("a snapshot has more pieces than files");
    }
    if (file == null) {
      file = copyOfStart();
    }
    file.write(offset, piece.toByteBuffer());
    advance(piece.length());
  }

  /// What the living content has in the place of the next piece, if that is `name`; null if
  /// nothing. It may be anything: who asks compares it.
  public @Nullable Bytes own(FilePiece.Name name) {
    var wanted = at < files.size() ? files.get(at) : null;
    if (wanted == null || store.isClosed() || !ownFiles.containsKey(wanted.id())) {
      return null;
    }
    boolean next = name.file() == wanted.id() && name.offset() == offset;
    boolean fits = name.length() >= 0 && name.length() <= MAX_PIECE_BYTES;
    return next && fits ? read(ownPath(wanted), offset, name.length()) : null;
  }

  /// The next piece is what [#own] gave.
  public void addOwn(Bytes piece) {
    if (file != null || !sharable) {
      add(piece);
    } else {
      advance(piece.length());
    }
  }

  /// Whether the living file can be that of the new content: it is told of alike, what it refers to
  /// is, and nobody met damage there.
  private boolean sharable(ContentFile next) {
    var living = ownFiles.get(next.id());
    if (living == null || !living.equals(next)) {
      return false;
    }
    var table = ownTables.get(next.id());
    if (next.values() || table == null) {
      return next.values();
    }
    var info = table.info();
    return table.damage() == null
        && info.with(Copies.NONE).equals(told.get(next.id()))
        && info.values().stream()
            .allMatch(use -> copy(copies, use.file()) == copy(ownCopies.numbers(), use.file()));
  }

  private static int copy(Map<Long, Integer> numbers, long id) {
    return numbers.getOrDefault(id, 0);
  }

  private void advance(int bytes) {
    offset += bytes;
    var current = files.get(at);
    if (offset > current.bytes()) {
      throw new CorruptionError(
          "a piece of the file %016x of a snapshot reaches beyond its end".formatted(current.id()));
    }
    if (offset == current.bytes()) {
      endFile(current);
    }
  }

  private void endFile(ContentFile ended) {
    var whole = file;
    if (whole != null) {
      whole.sync();
      whole.close();
      file = null;
    } else if (copy(ownCopies.numbers(), ended.id()) > 0) {
      copies.put(ended.id(), copy(ownCopies.numbers(), ended.id()));
    }
    at++;
    beginFile();
  }

  private void beginFile() {
    offset = 0;
    sharable = at < files.size() && sharable(files.get(at));
  }

  /// A new file that has what was passed so far of the living one.
  private StoredFile copyOfStart() {
    var next = files.get(at);
    int number = 1;
    while (store.files().exists(next.path(store.directory(), copy(next, number)))) {
      number++;
    }
    copies.put(next.id(), number);
    var path = next.path(store.directory(), copy(next, number));
    var fresh = store.files().open(path, FileSystem.Mode.CREATE);
    written.add(path);
    for (long done = 0; done < offset; ) {
      int length = (int) Math.min(MAX_PIECE_BYTES, offset - done);
      var piece = read(ownPath(next), done, length);
      if (piece == null) {
        throw new CorruptionError(ownPath(next), done, "the file has become shorter");
      }
      fresh.write(done, piece.toByteBuffer());
      done += length;
    }
    return fresh;
  }

  private static Copies copy(ContentFile file, int number) {
    return Copies.of(file.id(), number);
  }

  private String ownPath(ContentFile of) {
    return of.path(store.directory(), ownCopies);
  }

  private @Nullable Bytes read(String path, long from, int length) {
    if (!store.files().exists(path)) {
      return null;
    }
    var buffer = ByteBuffer.allocate(length);
    try (var open = store.files().open(path, FileSystem.Mode.READ)) {
      return open.read(from, buffer) == length ? Bytes.wrap(buffer.array()) : null;
    }
  }

  /// All pieces are there: makes all of it durable.
  public void seal() {
    if (store.isClosed()) {
      return;
    }
    var all = content;
    if (all == null || at < files.size()) {
      throw new CorruptionError("a snapshot ends before all of its files are there");
    }
    if (!written.isEmpty()) {
      store.files().syncDirectory(store.directory());
    }
    var here = new Copies(copies);
    placed = all.added().stream().map(each -> place(each, here)).toList();
  }

  private Levels.Placed place(Edit.Placed told, Copies here) {
    var info = told.table().with(here.of(told.table().files()));
    var living = ownTables.get(info.id());
    var table = living != null && living.info().equals(info) ? living : store.open(info);
    return new Levels.Placed(told.level(), table);
  }

  /// Its tables, which belong to the engine from now on.
  List<Levels.Placed> take() {
    Check.that(!over && content != null, "only a sealed content is taken over, and only once");
    over = true;
    return placed;
  }

  /// The engine has taken it over, or nobody wants it any more.
  void release() {
    letGo.accept(own);
  }

  long mark() {
    return content == null ? 0 : content.mark();
  }

  long nextFile() {
    return content == null ? 0 : content.nextFile();
  }

  /// Throws it away, sealed or not.
  public void abandon() {
    if (over) {
      return;
    }
    over = true;
    if (!store.isClosed()) {
      placed.stream()
          .map(Levels.Placed::table)
          .filter(table -> !ownTables.containsValue(table))
          .forEach(Table::close);
      if (file != null) {
        file.close();
      }
      written.forEach(store.files()::delete);
    }
    release();
  }
}
