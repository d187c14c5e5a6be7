package dev.cloakroom.key;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Makes and changes key files on the command line; run it without arguments for its usage. It prints ids and states,
 * never secrets. Exit status: 0 done, 1 could not be done, 2 not understood.
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

              --algorithm A          hmac-sha-256 (default), aes-256-cmac, blake3, ed25519
              --verify-for D         how long the old key verifies, such as 12h or PT12H (default 12h):
                                     no less than sessions live
            """;

    private static final Duration DEFAULT_VERIFY_FOR = Duration.ofHours(12);

    private final PrintStream out;
    private final InstantSource clock;

    private KeyRingTool(PrintStream out, InstantSource clock) {
        this.out = out;
        this.clock = clock;
    }

    /** Runs the command and ends the process with its status. */
    public static void main(String[] args) {
        System.exit(run(args, System.out, System.err, InstantSource.system()));
    }

    static int run(String[] args, PrintStream out, PrintStream err, InstantSource clock) {
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
        if (arguments.command().equals("generate")) {
            if (Files.exists(file)) {
                throw new IOException("the file " + file + " exists already");
            }
            save(file, KeySet.of(List.of(SigningKey.generate(arguments.algorithm()))));
            return;
        }
        KeySet keys = KeyRingFile.read(file, KeyFileAccess.OWNER_ONLY);
        Instant oldUntil = clock.instant().plus(arguments.verifyFor());
        switch (arguments.command()) {
            case "list" -> print(keys);
            case "publish" -> save(file, KeyRotation.publish(keys, SigningKey.generate(arguments.algorithm())));
            case "activate" -> save(file, KeyRotation.activate(keys, arguments.id(), oldUntil));
            case "rotate" -> save(file, KeyRotation.rotate(keys, SigningKey.generate(arguments.algorithm()), oldUntil));
            case "revoke" -> save(file, revoked(keys, arguments.id()));
            case "prune" -> save(file, KeyRotation.prune(keys, clock.instant()));
            case "export-public" -> save(Path.of(arguments.third()), keys.toPublic());
            default -> throw new UsageException("unknown command " + arguments.command());
        }
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

    private void save(Path file, KeySet keys) throws IOException {
        KeyRingFile.write(file, keys);
        print(keys);
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

        static Arguments parse(String[] args) {
            List<String> words = new ArrayList<>();
            Map<String, String> options = new HashMap<>();
            for (int i = 0; i < args.length; i++) {
                if (!args[i].startsWith("--")) {
                    words.add(args[i]);
                } else if (i + 1 == args.length
                        || !List.of("--algorithm", "--verify-for").contains(args[i])) {
                    throw new UsageException("unknown option or no value: " + args[i]);
                } else {
                    options.put(args[i], args[++i]);
                }
            }
            if (words.size() < 2) {
                throw new UsageException("a command and a file are needed");
            }
            return new Arguments(words.get(0), words, options);
        }

        Path file() {
            return Path.of(words.get(1));
        }

        String third() {
            if (words.size() < 3) {
                throw new UsageException(command + " needs one more argument");
            }
            return words.get(2);
        }

        int id() {
            try {
                return Integer.parseUnsignedInt(third(), 16);
            } catch (NumberFormatException e) {
                throw new UsageException("not a key's id: " + third());
            }
        }

        KeyAlgorithm algorithm() {
            String id = options.getOrDefault("--algorithm", KeyAlgorithm.HMAC_SHA_256.id());
            try {
                return KeyAlgorithm.of(id);
            } catch (IllegalArgumentException e) {
                throw new UsageException("no such algorithm: " + id);
            }
        }

        Duration verifyFor() {
            String text = options.get("--verify-for");
            if (text == null) {
                return DEFAULT_VERIFY_FOR;
            }
            try {
                String upper = text.toUpperCase(Locale.ROOT);
                String iso = upper.startsWith("P") ? upper : upper.endsWith("D") ? "P" + upper : "PT" + upper;
                return Duration.parse(iso);
            } catch (DateTimeParseException e) {
                throw new UsageException("not a duration: " + text);
            }
        }
    }
}
