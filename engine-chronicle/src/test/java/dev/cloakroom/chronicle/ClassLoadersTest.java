package dev.cloakroom.chronicle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cloakroom.testkit.ChildProcess;
import java.io.File;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Applications of one JVM, each with its own class loader and its own copy of all classes. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ClassLoadersTest {

    @TempDir
    private Path temporary;

    private Path directory() {
        return temporary.resolve("sessions");
    }

    /** An application: the classes of this test under a class loader of their own. */
    private static final class Application implements AutoCloseable {

        private final URLClassLoader loader;

        Application() throws MalformedURLException {
            List<URL> classPath = new ArrayList<>();
            for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
                classPath.add(Path.of(entry).toUri().toURL());
            }
            loader = new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader());
        }

        /** Calls a static method of {@link Inside}, as a container does: with this class loader as the context's. */
        Object call(String method, Object... arguments) throws Exception {
            Thread thread = Thread.currentThread();
            ClassLoader before = thread.getContextClassLoader();
            thread.setContextClassLoader(loader);
            try {
                Class<?> inside = Class.forName(Inside.class.getName(), true, loader);
                assertThat(inside).isNotSameAs(Inside.class);
                return inside.getMethod(method, Path.class).invoke(null, arguments);
            } catch (InvocationTargetException e) {
                if (e.getCause() instanceof Exception cause) {
                    throw cause;
                }
                throw e;
            } finally {
                thread.setContextClassLoader(before);
            }
        }

        @Override
        public void close() throws IOException {
            loader.close();
        }
    }

    /** Runs within an application. */
    public static final class Inside {

        private static ChronicleSessionStore store;

        private Inside() {}

        /** Opens a store, and returns why it was refused, or null. */
        public static String open(Path directory) {
            try {
                store = ChronicleSessionStore.persistedTo(directory)
                        .maxSessions(1_000)
                        .build();
                return null;
            } catch (IllegalStateException e) {
                return e.getMessage();
            }
        }

        /** Adds a session, and returns how many there are. */
        public static Long insert(Path ignored) {
            long size = store.size();
            store.insert(Sessions.of(size, Sessions.ADA, "coat"));
            return store.size();
        }

        /** Opens, uses and closes a store of the kind that the path's last name says. */
        public static Object use(Path directory) throws IOException {
            Files.createDirectories(directory.getParent());
            ChronicleSessionStore.Builder builder =
                    switch (directory.getFileName().toString()) {
                        case "memory" -> ChronicleSessionStore.inMemory();
                        case "shared" ->
                            ChronicleSessionStore.persistedTo(directory).shared();
                        default -> ChronicleSessionStore.persistedTo(directory);
                    };
            store = builder.maxSessions(1_000).build();
            insert(directory);
            store.close();
            return null;
        }

        public static Object close(Path ignored) {
            store.close();
            return null;
        }
    }

    @Test
    void build_openInAnotherClassLoader_refusedAndTheLockHolds() throws Exception {
        try (Application first = new Application();
                Application second = new Application()) {
            assertThat(first.call("open", directory())).isNull();
            assertThat(first.call("insert", directory())).isEqualTo(1L);

            assertThat(second.call("open", directory()))
                    .asString()
                    .contains(directory() + " is in use by another store of this process")
                    .contains("close that store first");

            try (ChildProcess child = new ChildProcess(
                    StoreDirectoryTest.Opener.class, directory().toString())) {
                assertThat(child.awaitEnd()).singleElement().asString().contains("in use by another process");
            }
            assertThat(first.call("insert", directory())).isEqualTo(2L);

            first.call("close", directory());
            assertThat(second.call("open", directory())).isNull();
            assertThat(second.call("insert", directory())).isEqualTo(3L);
            second.call("close", directory());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"files", "shared", "memory"})
    void close_lastStoreOfAClassLoader_nothingKeepsTheClassLoader(String kind) throws Exception {
        Set<Thread> before = Thread.getAllStackTraces().keySet();

        WeakReference<ClassLoader> loader = deployAndUndeploy(kind);

        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (loader.get() != null && System.nanoTime() < deadline) {
            System.gc();
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(threadsSince(before)).isEmpty();
        assertThat(loader.get())
                .as("the class loader of an undeployed application")
                .isNull();
    }

    private static List<String> threadsSince(Set<Thread> before) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !before.contains(thread))
                .map(Thread::getName)
                .filter(name -> !name.equals("process reaper"))
                .toList();
    }

    /** Opens, uses and closes a store in a thread that ends, as a container's does that undeploys an application. */
    private WeakReference<ClassLoader> deployAndUndeploy(String kind) throws Exception {
        AtomicReference<WeakReference<ClassLoader>> loader = new AtomicReference<>();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try (Application application = new Application()) {
                loader.set(new WeakReference<>(application.loader));
                application.call("use", directory().resolve(kind));
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        thread.start();
        thread.join();
        assertThat(failure.get()).isNull();
        return loader.get();
    }
}
