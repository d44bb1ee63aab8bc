import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;
import org.verapdf.pdfa.validation.profiles.RuleId;

/**
 * Asks veraPDF whether PDF files conform: {@code java Conformance PROFILES FILE|FOLDER…}, for example
 * {@code java Conformance ua1,2a letters/}.
 *
 * <p>Prints one line of JSON for every file and profile, in the order given (a folder's {@code *.pdf} by path):
 * <pre>{"file":…,"profile":…,"compliant":…,"checks":…,"failures":[{"clause":…,"test":…,"message":…,"count":…}]}</pre>
 * A file that veraPDF cannot read is not compliant; its line has {@code "error"} instead of checks and failures.
 *
 * <p>Exit codes: 0 all compliant, 1 at least one is not, 2 wrong use or a file or folder that cannot be read or is empty.
 */
public final class Conformance {
  /** veraPDF stops reporting (not checking) a rule after this many failures unless told otherwise: keep them all. */
  private static final int EVERY_FAILURE = -1;

  private final Path file;
  private final PDFAFlavour profile;

  private Conformance(Path file, PDFAFlavour profile) {
    this.file = file;
    this.profile = profile;
  }

  public static void main(String[] arguments) throws InterruptedException {
    System.exit(run(arguments));
  }

  private static int run(String[] arguments) throws InterruptedException {
    if (arguments.length < 2) {
      return refuse("usage: Conformance PROFILES FILE|FOLDER…   (profiles such as ua1,2a)");
    }
    quiet();
    VeraGreenfieldFoundryProvider.initialise();

    List<PDFAFlavour> profiles = new ArrayList<>();
    for (String id : arguments[0].split(",")) {
      PDFAFlavour profile = PDFAFlavour.byFlavourId(id.strip());
      if (profile == PDFAFlavour.NO_FLAVOUR) {
        return refuse("unknown profile '" + id + "': give ua1, 2a, 2b, 3a, … separated by commas");
      }
      profiles.add(profile);
    }
    List<Path> files = new ArrayList<>();
    for (String argument : List.of(arguments).subList(1, arguments.length)) {
      try {
        files.addAll(pdfs(Path.of(argument)));
      } catch (IOException cause) {
        return refuse("cannot read " + argument + ": " + cause.getMessage());
      }
    }

    PrintStream out = new PrintStream(new java.io.FileOutputStream(java.io.FileDescriptor.out), true, StandardCharsets.UTF_8);
    ExecutorService threads = Executors.newFixedThreadPool(Math.min(Runtime.getRuntime().availableProcessors(), files.size()));
    boolean compliant = true;
    try {
      List<Future<Answer>> answers = new ArrayList<>();
      for (Path file : files) {
        for (PDFAFlavour profile : profiles) {
          answers.add(threads.submit(() -> new Conformance(file, profile).answer()));
        }
      }
      for (Future<Answer> answer : answers) {
        out.println(answer.get().json);
        compliant &= answer.get().compliant;
      }
    } catch (ExecutionException cause) {
      return refuse(String.valueOf(cause.getCause()));
    } finally {
      threads.shutdownNow();
    }
    return compliant ? 0 : 1;
  }

  /** One file itself, or the PDF files under a folder. An empty folder is an error: a check of nothing proves nothing. */
  private static List<Path> pdfs(Path path) throws IOException {
    if (!Files.isDirectory(path)) {
      if (!Files.isReadable(path)) {
        throw new IOException("no such file, or no permission");
      }
      return List.of(path);
    }
    try (Stream<Path> tree = Files.walk(path)) {
      List<Path> found = tree
          .filter(each -> each.toString().endsWith(".pdf") && Files.isRegularFile(each))
          .sorted(Comparator.naturalOrder())
          .toList();
      if (found.isEmpty()) {
        throw new IOException("no *.pdf in this folder");
      }
      return found;
    } catch (java.io.UncheckedIOException cause) {
      throw cause.getCause();
    }
  }

  private Answer answer() throws IOException {
    StringBuilder json = new StringBuilder("{\"file\":").append(quoted(file.toString()))
        .append(",\"profile\":").append(quoted(profile.getId()));
    try (InputStream bytes = Files.newInputStream(file);
        PDFAParser parser = Foundries.defaultInstance().createParser(bytes, profile);
        PDFAValidator validator = Foundries.defaultInstance().createValidator(profile, EVERY_FAILURE, false, true, false)) {
      ValidationResult result = validator.validate(parser);
      json.append(",\"compliant\":").append(result.isCompliant())
          .append(",\"checks\":").append(result.getTotalAssertions())
          .append(",\"failures\":[").append(failures(result)).append("]}");
      return new Answer(json.toString(), result.isCompliant());
    } catch (IOException cause) {
      throw cause;
    } catch (Exception cause) {
      json.append(",\"compliant\":false,\"error\":").append(quoted(String.valueOf(cause.getMessage()))).append('}');
      return new Answer(json.toString(), false);
    }
  }

  /** The failed tests, each once, with how often it failed. */
  private static String failures(ValidationResult result) {
    Map<String, Integer> counts = new TreeMap<>();
    for (TestAssertion assertion : result.getTestAssertions()) {
      if (assertion.getStatus() == TestAssertion.Status.FAILED) {
        RuleId rule = assertion.getRuleId();
        counts.merge("{\"clause\":" + quoted(rule.getClause()) + ",\"test\":" + rule.getTestNumber()
            + ",\"message\":" + quoted(assertion.getMessage()), 1, Integer::sum);
      }
    }
    List<String> lines = new ArrayList<>();
    counts.forEach((failure, count) -> lines.add(failure + ",\"count\":" + count + "}"));
    return String.join(",", lines);
  }

  private static String quoted(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (char each : text.toCharArray()) {
      if (each == '"' || each == '\\') {
        quoted.append('\\').append(each);
      } else if (each < ' ') {
        quoted.append(String.format("\\u%04x", (int) each));
      } else {
        quoted.append(each);
      }
    }
    return quoted.append('"').toString();
  }

  /** veraPDF logs what it also reports; only the report is wanted. */
  private static void quiet() {
    LogManager.getLogManager().reset();
    Logger.getLogger("").setLevel(Level.OFF);
  }

  private static int refuse(String why) {
    System.err.println("Conformance: " + why);
    return 2;
  }

  private static final class Answer {
    final String json;
    final boolean compliant;

    Answer(String json, boolean compliant) {
      this.json = json;
      this.compliant = compliant;
    }
  }
}
