package dev.cloakroom.examples.demo;

import dev.cloakroom.SessionEngine;
import dev.cloakroom.key.KeyRing;
import dev.cloakroom.micrometer.CloakroomMetrics;
import dev.cloakroom.store.StoreUnavailableException;
import io.micrometer.core.instrument.Metrics;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** Runs the demo until it is interrupted. Exit status: 1 could not start, 2 not understood. */
public final class Demo {

    private static final int FAILED = 1;
    private static final int NOT_UNDERSTOOD = 2;

    /** What a node that the demo has started prints, with its address, when it serves. */
    static final String NODE_READY = "Cloakroom node: ";

    private Demo() {}

    /** Runs it; {@code --help} tells the options. */
    public static void main(String[] args) throws InterruptedException {
        int status = run(args);
        if (status != 0) {
            System.exit(status);
        }
    }

    private static int run(String[] args) throws InterruptedException {
        try {
            Options options = Options.parse(args);
            if (options.help()) {
                System.out.print(Options.usage());
                return 0;
            }
            NodeServer.Surroundings surroundings = options.surroundings();
            if (surroundings != null) {
                serveAsNode(options, surroundings);
                return 0;
            }
            serve(DemoServer.start(options, keys(options.keys()), InstantSource.system()));
            return 0;
        } catch (UsageException | IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.println();
            System.err.print(Options.usage());
            return NOT_UNDERSTOOD;
        } catch (IOException | UncheckedIOException | IllegalStateException | StoreUnavailableException e) {
            System.err.println("the demo cannot start: " + e.getMessage());
            return FAILED;
        }
    }

    private static KeyRing keys(@Nullable Path file) throws UsageException {
        try {
            return file == null ? KeyRing.random() : KeyRing.fromFile(file);
        } catch (UncheckedIOException e) {
            throw new UsageException("--keys: " + e.getMessage());
        }
    }

    /** Serves until the demo that has started this process closes its input, or ends. */
    private static void serveAsNode(Options options, NodeServer.Surroundings surroundings)
            throws IOException, UsageException {
        String secret = Objects.requireNonNullElse(System.getenv(NodeServer.SECRET), "");
        NodeServer node = NodeServer.start(options, surroundings, secret, keys(options.keys()));
        Runtime.getRuntime().addShutdownHook(new Thread(node::close, "node-shutdown"));
        System.out.println(NODE_READY + node.uri());
        System.out.flush();
        System.in.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }

    private static void serve(DemoServer demo) throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(demo::close, "demo-shutdown"));
        SessionEngine engine = demo.engine();
        if (engine != null) {
            new CloakroomMetrics(engine).bindTo(Metrics.globalRegistry);
        }
        System.out.println("Cloakroom demo: " + demo.uri());
        System.out.println("Log in with any name and the password \"demo\"; the browser will warn of the certificate,"
                + " which was made for this run. Ctrl-C ends it.");
        System.out.flush();
        new CountDownLatch(1).await();
    }
}
