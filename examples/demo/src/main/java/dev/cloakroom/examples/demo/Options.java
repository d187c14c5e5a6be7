package dev.cloakroom.examples.demo;

import java.net.URI;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.TypeConversionException;

/** The options of the command line. */
@Command(
        name = "java -jar cloakroom-demo.jar",
        sortOptions = false,
        usageHelpWidth = 100,
        footer = "%nD is a duration such as 30m, 90s, 12h, 7d, 500ms or PT30M.")
final class Options {

    @Option(
            names = "--port",
            paramLabel = "PORT",
            converter = Port.class,
            description = "where to listen (default 8443); 0 picks a free port")
    private int port = 8443;

    @Option(
            names = "--store",
            paramLabel = "STORE",
            description = {
                "where sessions live: heap (default);",
                "chronicle, off the heap;",
                "chronicle:DIRECTORY, in files that outlive the demo;",
                "infinispan, in a cluster: of three nodes that the demo starts, or of demos with --cluster-port;",
                "infinispan:DIRECTORY, in files while all of the cluster is stopped"
            })
    private String store = "heap";

    @Option(
            names = "--cluster-port",
            paramLabel = "PORT",
            converter = Port.class,
            description = "where this demo listens for the others of its cluster")
    private @Nullable Integer clusterPort;

    @Option(names = "--cluster-peers", paramLabel = "LIST", description = "where they may be: host:port,host:port,…")
    private @Nullable String clusterPeers;

    @Option(
            names = "--cluster-key",
            paramLabel = "FILE",
            converter = AnyPath.class,
            description = "a secret of 32 bytes or more that all of them have")
    private @Nullable Path clusterKey;

    @Option(
            names = "--keys",
            paramLabel = "FILE",
            converter = AnyPath.class,
            description = "the key file to sign cookies with, made by dev.cloakroom.key.KeyRingTool;"
                    + " without it a key for this run only")
    private @Nullable Path keys;

    @Option(
            names = "--idle-timeout",
            paramLabel = "D",
            converter = Span.class,
            description = "how long a session lives after its last access (default 30m)")
    private @Nullable Duration idle;

    @Option(
            names = "--absolute-timeout",
            paramLabel = "D",
            converter = Span.class,
            description = "how long a session lives at all (default 12h)")
    private @Nullable Duration absolute;

    @Option(
            names = "--renewal-interval",
            paramLabel = "D",
            converter = Span.class,
            description = "how old a session's id gets before it is renewed (default 15m)")
    private @Nullable Duration renewalInterval;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "show this")
    private boolean help;

    /** The demo starts its nodes with this: where they get tokens. */
    @Option(names = "--tokens-at", hidden = true)
    private @Nullable URI tokens;

    /** The demo starts its nodes with this: where they get orders. */
    @Option(names = "--orders-at", hidden = true)
    private @Nullable URI orders;

    private StoreOption parsedStore = new StoreOption.Heap();
    private Timeouts timeouts = Timeouts.DEFAULT;

    private Options() {}

    /** Reads a command line; both {@code --port 8443} and {@code --port=8443} will do. */
    static Options parse(String... arguments) throws UsageException {
        Options options = new Options();
        try {
            new CommandLine(options).setExpandAtFiles(false).parseArgs(arguments);
        } catch (ParameterException e) {
            throw new UsageException(String.valueOf(e.getMessage()));
        }
        options.parsedStore = StoreOption.parse(
                options.store,
                ClusterOptions.of(
                        options.clusterPort, options.clusterPeers, options.clusterKey, options.surroundings() != null));
        options.timeouts = Timeouts.of(options.idle, options.absolute, options.renewalInterval);
        return options;
    }

    /** Returns what {@code --help} prints. */
    static String usage() {
        return new CommandLine(new Options()).getUsageMessage(Ansi.OFF);
    }

    /** Returns the port to listen at, 0 for any free one. */
    int port() {
        return port;
    }

    StoreOption store() {
        return parsedStore;
    }

    /** Returns the key file, or null for a key that is gone with the process. */
    @Nullable
    Path keys() {
        return keys;
    }

    Timeouts timeouts() {
        return timeouts;
    }

    boolean help() {
        return help;
    }

    /** Returns the addresses of what the nodes of a demo share, or null if this is not such a node. */
    NodeServer.@Nullable Surroundings surroundings() {
        return tokens == null || orders == null ? null : new NodeServer.Surroundings(tokens, orders);
    }

    /** Returns the options that set the timeouts, for a node that this demo starts. */
    List<String> timeoutArguments() {
        List<String> arguments = new ArrayList<>();
        add(arguments, "--idle-timeout", idle);
        add(arguments, "--absolute-timeout", absolute);
        add(arguments, "--renewal-interval", renewalInterval);
        return arguments;
    }

    private static void add(List<String> arguments, String name, @Nullable Duration value) {
        if (value != null) {
            arguments.add(name + "=" + value);
        }
    }

    static Path path(String text) {
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new TypeConversionException("\"" + text + "\" is not a path");
        }
    }

    static Duration duration(String text) {
        Duration duration = Span.parse(text);
        if (duration == null) {
            throw new TypeConversionException("\"" + text + "\" is not a duration such as 30m or PT30M");
        }
        if (duration.compareTo(Span.SHORTEST) < 0 || duration.compareTo(Span.LONGEST) > 0) {
            throw new TypeConversionException("\"" + text + "\" is not between " + Span.SHORTEST.toMillis() + "ms and "
                    + Span.LONGEST.toDays() + "d");
        }
        return duration;
    }

    private static final class Port implements ITypeConverter<Integer> {

        private static final int MAXIMUM = 65_535;

        @Override
        public Integer convert(String text) {
            try {
                int port = Integer.parseInt(text);
                if (port >= 0 && port <= MAXIMUM) {
                    return port;
                }
            } catch (NumberFormatException e) {
                // The same complaint as for a number out of range.
            }
            throw new TypeConversionException("\"" + text + "\" is not a number from 0 to " + MAXIMUM);
        }
    }

    private static final class AnyPath implements ITypeConverter<Path> {
        @Override
        public Path convert(String text) {
            return path(text);
        }
    }

    private static final class Span implements ITypeConverter<Duration> {

        /** The engine stores a session's accesses no closer together than this. */
        private static final Duration SHORTEST = Duration.ofMillis(10);

        /** Browsers keep no cookie for longer. */
        private static final Duration LONGEST = Duration.ofDays(400);

        private static final Pattern SHORT_FORM = Pattern.compile("([0-9]{1,12})(ms|s|m|h|d)");

        @Override
        public Duration convert(String text) {
            return duration(text);
        }

        private static @Nullable Duration parse(String text) {
            Matcher matcher = SHORT_FORM.matcher(text.toLowerCase(Locale.ROOT));
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
}
