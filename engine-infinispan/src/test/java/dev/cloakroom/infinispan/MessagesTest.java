package dev.cloakroom.infinispan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cloakroom.store.SessionKey;
import dev.cloakroom.store.StoreUnavailableException;
import dev.cloakroom.testkit.FreePorts;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.DriverPropertyInfo;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/** What operators read: in exceptions, and in the log. */
class MessagesTest {

    private static final String PASSWORD = "hunter2-of-the-database";

    /** Holds what was logged while it is open, of all loggers. */
    private static final class Log extends Handler implements AutoCloseable {

        private final List<LogRecord> records = new CopyOnWriteArrayList<>();

        Log() {
            Logger.getLogger("").addHandler(this);
        }

        @Override
        public void publish(LogRecord record) {
            records.add(record);
        }

        List<String> lines() {
            return records.stream()
                    .filter(record -> record.getLevel().intValue() >= Level.WARNING.intValue())
                    .map(record -> record.getLoggerName() + ": " + record.getMessage())
                    .toList();
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }

        @Override
        public void close() {
            Logger.getLogger("").removeHandler(this);
        }
    }

    /** A driver whose messages contain all that it was given. */
    public static final class TalkativeDriver implements Driver {

        @Override
        public Connection connect(String url, Properties properties) throws SQLException {
            throw new SQLException("cannot connect to " + url + " with " + properties, "28000");
        }

        @Override
        public boolean acceptsURL(String url) {
            return true;
        }

        @Override
        public DriverPropertyInfo[] getPropertyInfo(String url, Properties properties) {
            return new DriverPropertyInfo[0];
        }

        @Override
        public int getMajorVersion() {
            return 1;
        }

        @Override
        public int getMinorVersion() {
            return 0;
        }

        @Override
        public boolean jdbcCompliant() {
            return false;
        }

        @Override
        public Logger getParentLogger() {
            return Logger.getLogger("");
        }
    }

    private static String trace(Throwable failure) {
        StringWriter text = new StringWriter();
        failure.printStackTrace(new PrintWriter(text, true));
        return text.toString();
    }

    private static InfinispanSessionStoreBuilder jdbc(String driver) {
        return InfinispanSessionStore.builder()
                .port(FreePorts.several(1).get(0))
                .jdbc("jdbc:talkative://db/?password=" + PASSWORD, "ada", PASSWORD, driver);
    }

    @Test
    void jdbc_driverMissing_saysSoAndNoSecret() {
        try (Log log = new Log()) {
            assertThatThrownBy(() -> jdbc("org.example.NoSuchDriver").build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("org.example.NoSuchDriver cannot be loaded")
                    .hasMessageContaining("class path")
                    .satisfies(failure -> assertThat(trace(failure)).doesNotContain(PASSWORD));
            assertThat(log.lines()).allMatch(line -> !line.contains(PASSWORD));
        }
    }

    @Test
    void jdbc_refused_saysTheStateAndNoSecret() {
        try (Log log = new Log()) {
            assertThatThrownBy(() -> jdbc(TalkativeDriver.class.getName()).build())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("SQL state 28000")
                    .satisfies(failure -> assertThat(trace(failure)).doesNotContain(PASSWORD));
            assertThat(log.lines()).allMatch(line -> !line.contains(PASSWORD));
        }
        assertThat(new Discovery.Jdbc("jdbc:x?" + PASSWORD, "ada", PASSWORD, "driver"))
                .hasToString("Jdbc[driver]")
                .extracting(discovery -> discovery.protocol(7800))
                .asString()
                .doesNotContain(PASSWORD);
    }

    @Test
    void configurationIsReadAnew_othersStayQuiet() throws Exception {
        LogLevels.apply();
        Logger infinispan = Logger.getLogger("org.infinispan");
        Logger other = Logger.getLogger("org.example.other");

        LogManager.getLogManager().readConfiguration(new ByteArrayInputStream(new byte[0]));

        assertThat(infinispan.getLevel()).isEqualTo(Level.WARNING);
        assertThat(other.getLevel()).isNull();
    }

    @Test
    void oneOfTwoNodesIsGone_saysWhatIsSoOnceAndStaysSilent() throws Exception {
        Nodes nodes = Nodes.clustered(2);
        try (Log log = new Log()) {
            InfinispanSessionStore store = nodes.newStore().stores().get(0);
            SessionKey key = new SessionKey(1, 2);
            nodes.split(1);
            Nodes.await(() -> isUnavailable(store, key));

            assertThatThrownBy(() -> store.load(key))
                    .isInstanceOf(StoreUnavailableException.class)
                    .hasMessageContaining("too few nodes")
                    .hasMessageContaining("forceAvailable()")
                    .hasMessageContaining("Three nodes, or OnSplit.SERVE");
            // Both nodes of this process say it.
            Nodes.await(() ->
                    log.records.stream().filter(MessagesTest::saysUnavailable).count() == 2);
            int before = log.lines().size();
            long until = System.nanoTime() + Duration.ofSeconds(3).toNanos();
            while (System.nanoTime() < until) {
                assertThat(isUnavailable(store, key)).isTrue();
                TimeUnit.MILLISECONDS.sleep(20);
            }
            assertThat(log.lines()).hasSize(before);

            store.forceAvailable();

            assertThat(store.load(key)).isNull();
        } finally {
            nodes.stop();
        }
    }

    private static boolean saysUnavailable(LogRecord record) {
        return record.getMessage().contains("sessions are unavailable");
    }

    private static boolean isUnavailable(InfinispanSessionStore store, SessionKey key) {
        try {
            store.load(key);
            return false;
        } catch (StoreUnavailableException e) {
            return true;
        }
    }

    @Test
    void joinAndLeaveWithAKey_nothingIsLogged() throws Exception {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        List<Integer> ports = FreePorts.several(3);
        try (Log log = new Log()) {
            InfinispanSessionStore first = node(ports, 0, key);
            InfinispanSessionStore second = node(ports, 1, key);
            InfinispanSessionStore third = node(ports, 2, key);
            Nodes.await(() -> first.nodes() == 3);
            second.close();
            Nodes.await(() -> first.nodes() == 2);
            third.close();
            first.close();

            assertThat(log.lines()).isEmpty();
        }
    }

    private static InfinispanSessionStore node(List<Integer> ports, int number, byte[] key) {
        return InfinispanSessionStore.builder()
                .clusterName("messages")
                .port(ports.get(number))
                .peers(ports.stream().map(port -> "127.0.0.1:" + port).toArray(String[]::new))
                .clusterKey(key)
                .build();
    }
}
