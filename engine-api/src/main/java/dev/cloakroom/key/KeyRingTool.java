package dev.cloakroom.key;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * A command line tool that creates and changes key files; {@code --help} prints its usage. It prints ids and states,
 * never secrets. The exit status is 0 if the command succeeded, 1 if it failed and changed nothing, and 2 if it was not
 * understood. Changes are made by {@link KeyRingFile#update}.
 */
public final class KeyRingTool {

    private static final String USAGE = """
            Usage: java -cp … dev.cloakroom.key.KeyRingTool COMMAND FILE [ID] [OPTION …]

              generate FILE          write a new file with one active key
              list FILE              show ids, algorithms and states
              publish FILE           add a key that only verifies, for every node to learn
              activate FILE ID       have a key sign; the old one verifies for --verify-for
              rotate FILE            publish and activate in one step, for a single node
              revoke FILE ID         end a key's cookies at once; an active key is replaced
              prune FILE             drop keys that verify no more
              export-public FILE OUT write the public halves of Ed25519 keys, for an edge

              --algorithm A          hmac-sha-256 (default), aes-256-cmac, blake3, ed25519;
                                     with generate, publish and rotate
              --verify-for D         how long the old key verifies, such as 12h or PT12H (default 12h):
                                     no less than sessions live; with activate and rotate
              --access any           do not check who else has access to the file and its directory;
                                     with every command but generate

            The file keeps its owner, group and permissions; comments are not kept. Commands wait
            for each other, so several may run at a time. Keys are shown by id, never with their secret.

            Exit status: 0 done; 1 not done, nothing was changed; 2 not understood.
            """;

    private static final Duration DEFAULT_VERIFY_FOR = Duration.ofHours(12);

    private final PrintStream out;
    private final InstantSource clock;

    private KeyRingTool(PrintStream out, InstantSource clock) {
        this.out = out;
        this.clock = clock;
    }

    /** Runs a command, and exits with its status. */
    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err, InstantSource.system()));
    }

    static int run(String[] args, PrintStream out, PrintStream err, InstantSource clock) {
        if (args.length == 1 && List.of("help", "--help", "-h").contains(args[0])) {
            out.print(USAGE);
            return 0;
        }
        try {
            new KeyRingTool(out, clock).run(Arguments.parse(args));
            return 0;
        } catch (UsageException e) {
            err.println(e.getMessage());
            err.print(USAGE);
            return 2;
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            err.println(e.getMessage());
            return 1;
        }
    }

    private void run(Arguments arguments) throws IOException {
        Path file = arguments.file();
        switch (arguments.command()) {
            case "generate" -> print(generate(file, arguments));
            case "list" ->
                print(KeyFileReader.forChange(file, arguments.access()).read().keys());
            case "export-public" -> print(exportPublic(file, arguments));
            default -> {
                UnaryOperator<KeySet> change = change(arguments);
                print(KeyRingFile.update(file, arguments.access(), change));
            }
        }
    }

    private static KeySet generate(Path file, Arguments arguments) throws IOException {
        KeySet keys = KeySet.of(List.of(SigningKey.generate(arguments.algorithm())));
        KeyRingFile.create(file, keys);
        return keys;
    }

    /** Returns the change that a command makes to the keys. Parses the arguments before the file is read. */
    private UnaryOperator<KeySet> change(Arguments arguments) {
        KeyAlgorithm algorithm = arguments.algorithm();
        Instant oldUntil = arguments.oldUntil(clock.instant());
        return switch (arguments.command()) {
            case "publish" -> keys -> KeyRotation.publish(keys, SigningKey.generate(algorithm));
            case "rotate" -> keys -> KeyRotation.rotate(keys, SigningKey.generate(algorithm), oldUntil);
            case "prune" -> keys -> KeyRotation.prune(keys, clock.instant());
            case "activate" -> {
                int id = arguments.id();
                yield keys -> KeyRotation.activate(keys, id, oldUntil);
            }
            case "revoke" -> {
                int id = arguments.id();
                yield keys -> revoked(keys, id);
            }
            default -> throw new UsageException("unknown command " + arguments.command());
        };
    }

    private static KeySet exportPublic(Path file, Arguments arguments) throws IOException {
        Path out = arguments.out();
        KeySet exported =
                KeyFileReader.forChange(file, arguments.access()).read().keys().toPublic();
        if (KeyFileReader.exists(out) && Files.isSameFile(file, out)) {
            throw new IOException(out + " is the key file itself, whose secrets would be lost: name another file");
        }
        if (exported.keys().isEmpty()) {
            throw new IOException("the key file " + file + " has no Ed25519 key, so there is nothing to export:"
                    + " publish one with --algorithm ed25519 and activate it");
        }
        if (!KeyFileReader.exists(out)) {
            KeyRingFile.create(out, exported);
            return exported;
        }
        return KeyRingFile.update(out, arguments.access(), old -> {
            if (old.keys().stream().anyMatch(SigningKey::hasSecret)) {
                throw new IllegalArgumentException(
                        "the file " + out + " holds secrets, which would be lost: name another file");
            }
            return exported;
        });
    }

    private static KeySet revoked(KeySet keys, int id) {
        KeySet next = KeyRotation.revoke(keys, id);
        if (next.canSign() || !keys.canSign()) {
            return next;
        }
        List<SigningKey> replaced = new ArrayList<>(next.keys());
        replaced.add(SigningKey.generate(keys.signer().algorithm()));
        return KeySet.of(replaced);
    }

    private void print(KeySet keys) {
        for (SigningKey key : keys.keys()) {
            out.println(key.name() + " " + key.algorithm().id() + " " + describe(key.state()));
        }
    }

    private static String describe(KeyState state) {
        if (state instanceof KeyState.Retired retired) {
            return "retired until " + retired.until();
        }
        if (state instanceof KeyState.Active) {
            return "active";
        }
        return state instanceof KeyState.VerifyOnly ? "verify-only" : "revoked";
    }

    private static final class UsageException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UsageException(String message) {
            super(message);
        }
    }

    private record Arguments(String command, List<String> words, Map<String, String> options) {

        private static final Map<String, Integer> WORDS = Map.of(
                "generate",
                2,
                "list",
                2,
                "publish",
                2,
                "activate",
                3,
                "rotate",
                2,
                "revoke",
                3,
                "prune",
                2,
                "export-public",
                3);
        private static final Map<String, List<String>> COMMANDS = Map.of(
                "--algorithm", List.of("generate", "publish", "rotate"),
                "--verify-for", List.of("activate", "rotate"),
                "--access", List.of("list", "publish", "activate", "rotate", "revoke", "prune", "export-public"));

        static Arguments parse(String[] args) {
            List<String> words = new ArrayList<>();
            Map<String, String> options = new HashMap<>();
            for (int i = 0; i < args.length; i++) {
                if (!args[i].startsWith("--")) {
                    words.add(args[i]);
                } else if (i + 1 == args.length || options.containsKey(args[i])) {
                    throw new UsageException("an option needs one value and is given once: " + args[i]);
                } else {
                    options.put(args[i], args[++i]);
                }
            }
            String command = words.isEmpty() ? "" : words.get(0);
            Integer wanted = WORDS.get(command);
            if (wanted == null) {
                throw new UsageException(command.isEmpty() ? "a command is needed" : "unknown command " + command);
            }
            if (words.size() != wanted) {
                throw new UsageException(command + " needs " + (wanted - 1) + " arguments and no more");
            }
            for (String option : options.keySet()) {
                if (!COMMANDS.getOrDefault(option, List.of()).contains(command)) {
                    throw new UsageException(command + " has no option " + option);
                }
            }
            return new Arguments(command, words, options);
        }

        Path file() {
            return path(words.get(1));
        }

        Path out() {
            return path(words.get(2));
        }

        private static Path path(String name) {
            try {
                return Path.of(name);
            } catch (InvalidPathException e) {
                throw new UsageException("not a file's name: " + name);
            }
        }

        int id() {
            String id = words.get(2);
            if (!id.matches("\\p{XDigit}{8}")) {
                throw new UsageException("not a key's id, which has 8 hexadecimal digits: " + id);
            }
            return Integer.parseUnsignedInt(id, 16);
        }

        KeyAlgorithm algorithm() {
            String id = options.getOrDefault("--algorithm", KeyAlgorithm.HMAC_SHA_256.id());
            try {
                return KeyAlgorithm.of(id);
            } catch (IllegalArgumentException e) {
                throw new UsageException("no such algorithm: " + id);
            }
        }

        KeyFileAccess access() {
            String access = options.get("--access");
            if (access != null && !access.equals("any")) {
                throw new UsageException("--access can be any and nothing else: " + access);
            }
            return access == null ? KeyFileAccess.OWNER_ONLY : KeyFileAccess.ANY;
        }

        Instant oldUntil(Instant now) {
            String text = options.get("--verify-for");
            try {
                Duration verifyFor = text == null ? DEFAULT_VERIFY_FOR : duration(text);
                if (verifyFor.isNegative()) {
                    throw new UsageException("a duration must not be negative: " + text);
                }
                return now.plus(verifyFor);
            } catch (DateTimeException | ArithmeticException e) {
                throw new UsageException("not a duration such as 12h or 90d: " + text);
            }
        }

        private static Duration duration(String text) {
            String upper = text.toUpperCase(Locale.ROOT);
            return Duration.parse(upper.startsWith("P") ? upper : upper.endsWith("D") ? "P" + upper : "PT" + upper);
        }
    }
}
