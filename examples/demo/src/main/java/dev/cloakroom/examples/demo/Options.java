package dev.cloakroom.examples.demo;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What the command line asks for.
 *
 * @param port where to listen, 0 for any free port
 * @param store where sessions live
 * @param keys a key file, or null for a key that is gone with the process
 * @param timeouts how long sessions and their ids live
 * @param help whether only the usage is wanted
 */
record Options(int port, StoreOption store, @Nullable Path keys, Timeouts timeouts, boolean help) {

    static final String USAGE = """
            Usage: java -jar cloakroom-demo.jar [OPTION VALUE …]

              --port PORT              where to listen (default 8443); 0 picks a free port
              --store STORE            where sessions live: heap (default); chronicle, off the heap;
                                       chronicle:DIRECTORY, in files that outlive the demo;
                                       infinispan, in a cluster of demos;
                                       infinispan:DIRECTORY, in files while all of them are stopped
              --cluster-port PORT      where this demo listens for the others of its cluster
              --cluster-peers LIST     where they may be: host:port,host:port,…
              --cluster-key FILE       a secret of 32 bytes or more that all of them have
              --keys FILE              the key file to sign cookies with, made by
                                       dev.cloakroom.key.KeyRingTool; without it a key for this run only
              --idle-timeout D         how long a session lives after its last access (default 30m)
              --absolute-timeout D     how long a session lives at all (default 12h)
              --renewal-interval D     how old a session's id gets before it is renewed (default 15m)
              --help                   show this

              D is a duration such as 30m, 90s, 12h, 7d, 500ms or PT30M.
            """;

    private static final int DEFAULT_PORT = 8443;
    private static final int MAXIMUM_PORT = 65_535;

    /** The engine stores a session's accesses no closer together than this. */
    private static final Duration SHORTEST = Duration.ofMillis(10);

    /** Browsers keep no cookie for longer. */
    private static final Duration LONGEST = Duration.ofDays(400);

    private static final Set<String> NAMES = Stream.concat(
                    Stream.of(
                            "--port",
                            "--store",
                            "--keys",
                            "--idle-timeout",
                            "--absolute-timeout",
                            "--renewal-interval"),
                    ClusterOptions.NAMES.stream())
            .collect(Collectors.toUnmodifiableSet());
    private static final Pattern SHORT_DURATION = Pattern.compile("([0-9]{1,12})(ms|s|m|h|d)");

    /** Reads a command line; both {@code --port 8443} and {@code --port=8443} will do. */
    static Options parse(String... arguments) throws UsageException {
        Map<String, String> given = new HashMap<>();
        boolean help = false;
        for (int i = 0; i < arguments.length; i++) {
            String argument = arguments[i];
            if (argument.equals("--help") || argument.equals("-h")) {
                help = true;
                continue;
            }
            int equals = argument.indexOf('=');
            String name = equals < 0 ? argument : argument.substring(0, equals);
            if (!NAMES.contains(name)) {
                throw new UsageException("there is no option \"" + name + "\"");
            }
            if (equals < 0 && ++i == arguments.length) {
                throw new UsageException(name + " needs a value");
            }
            String value = equals < 0 ? arguments[i] : argument.substring(equals + 1);
            if (given.put(name, value) != null) {
                throw new UsageException(name + " is given twice");
            }
        }
        return of(given, help);
    }

    private static Options of(Map<String, String> given, boolean help) throws UsageException {
        String port = given.get("--port");
        String keys = given.get("--keys");
        return new Options(
                port == null ? DEFAULT_PORT : port("--port", port),
                StoreOption.parse(given.getOrDefault("--store", "heap"), ClusterOptions.parse(given)),
                keys == null ? null : path("--keys", keys),
                Timeouts.of(
                        duration("--idle-timeout", given.get("--idle-timeout")),
                        duration("--absolute-timeout", given.get("--absolute-timeout")),
                        duration("--renewal-interval", given.get("--renewal-interval"))),
                help);
    }

    static int port(String name, String text) throws UsageException {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= MAXIMUM_PORT) {
                return port;
            }
        } catch (NumberFormatException e) {
            // The same complaint as for a number out of range.
        }
        throw new UsageException(name + ": \"" + text + "\" is not a number from 0 to " + MAXIMUM_PORT);
    }

    static Path path(String name, String text) throws UsageException {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new UsageException(name + ": \"" + text + "\" is not a path");
        }
    }

    static @Nullable Duration duration(String name, @Nullable String text) throws UsageException {
        if (text == null) {
            return null;
        }
        Duration duration = parseDuration(text);
        if (duration == null) {
            throw new UsageException(name + ": \"" + text + "\" is not a duration such as 30m or PT30M");
        }
        if (duration.compareTo(SHORTEST) < 0 || duration.compareTo(LONGEST) > 0) {
            throw new UsageException(name + ": \"" + text + "\" is not between " + SHORTEST.toMillis() + "ms and "
                    + LONGEST.toDays() + "d");
        }
        return duration;
    }

    private static @Nullable Duration parseDuration(String text) {
        Matcher matcher = SHORT_DURATION.matcher(text.toLowerCase(Locale.ROOT));
        try {
            if (!matcher.matches()) {
                return Duration.parse(text);
            }
            long count = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(count);
                case "s" -> Duration.ofSeconds(count);
                case "m" -> Duration.ofMinutes(count);
                case "h" -> Duration.ofHours(count);
                default -> Duration.ofDays(count);
            };
        } catch (DateTimeParseException | ArithmeticException e) {
            return null;
        }
    }
}
