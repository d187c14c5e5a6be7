package dev.cloakroom.infinispan;

import java.io.PrintWriter;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.sql.Connection;
import java.sql.Driver;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * The database in which nodes find each other. JGroups uses it on threads that the cluster's messages wait for, so
 * connecting has a deadline, and each call has one with drivers that know network timeouts. Drivers put the URL into
 * their messages, and a URL may contain a password; so failures are reported by their SQL state alone.
 *
 * <p>Thread-safe.
 */
final class DiscoveryDatabase implements DataSource {

    private static final Logger LOGGER = System.getLogger(InfinispanSessionStore.class.getName());
    private static final Duration DEADLINE = Duration.ofSeconds(5);
    private static final Executor BESIDE = task -> {
        Thread thread = new Thread(task, "cloakroom-infinispan-database");
        thread.setDaemon(true);
        thread.start();
    };

    private final Driver driver;
    private final Discovery.Jdbc settings;
    private final AtomicBoolean failed = new AtomicBoolean();

    private DiscoveryDatabase(Driver driver, Discovery.Jdbc settings) {
        this.driver = driver;
        this.settings = settings;
    }

    /**
     * Connects once, to see that the settings are right.
     *
     * @throws IllegalStateException if the driver cannot be loaded, or the database cannot be reached
     */
    static DiscoveryDatabase open(Discovery.Jdbc settings) {
        DiscoveryDatabase database = new DiscoveryDatabase(driver(settings.driver()), settings);
        try (Connection connection = database.connect()) {
            connection.getAutoCommit();
        } catch (SQLException e) {
            throw new IllegalStateException("the database for discovery cannot be used: check its URL, user and"
                    + " password, and that it is up (" + describe(e) + ")");
        }
        return database;
    }

    private static Driver driver(String name) {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        try {
            return Class.forName(name, true, context != null ? context : DiscoveryDatabase.class.getClassLoader())
                    .asSubclass(Driver.class)
                    .getConstructor()
                    .newInstance();
        } catch (ReflectiveOperationException | ClassCastException | LinkageError e) {
            throw new IllegalStateException("the JDBC driver " + name
                    + " cannot be loaded: check its name, and put its jar on the class path ("
                    + e.getClass().getSimpleName() + ")");
        }
    }

    /** Describes a failure without the driver's own text. */
    private static String describe(SQLException e) {
        return e.getSQLState() == null ? e.getClass().getSimpleName() : "SQL state " + e.getSQLState();
    }

    @Override
    public Connection getConnection() throws SQLException {
        try {
            Connection connection = connect();
            if (failed.getAndSet(false)) {
                LOGGER.log(Level.INFO, "the database for discovery can be used again");
            }
            return connection;
        } catch (SQLException e) {
            if (!failed.getAndSet(true)) {
                LOGGER.log(
                        Level.WARNING,
                        "the database for discovery cannot be used ({0}): nodes that start do not find the others"
                                + " until it can; nodes that run go on",
                        describe(e));
            }
            throw e;
        }
    }

    private Connection connect() throws SQLException {
        CompletableFuture<Connection> connecting = CompletableFuture.supplyAsync(this::connectNow, BESIDE);
        try {
            Connection connection = connecting.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS);
            limit(connection);
            return connection;
        } catch (TimeoutException e) {
            // If it comes after all, no caller is left that would close it.
            CompletableFuture<Void> unused = connecting.thenAccept(DiscoveryDatabase::close);
            throw new SQLException("the database did not answer in time", "08001");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted", "08001");
        } catch (ExecutionException e) {
            String state = e.getCause() instanceof Refused refused ? refused.state : null;
            throw new SQLException("the database cannot be used", state);
        }
    }

    /** That the driver refused, with its SQL state and nothing else. */
    private static final class Refused extends RuntimeException {

        private static final long serialVersionUID = 1;

        private final @Nullable String state;

        Refused(@Nullable String state) {
            super("the database cannot be used", null, false, false);
            this.state = state;
        }
    }

    private Connection connectNow() {
        Properties properties = new Properties();
        properties.setProperty("user", settings.user());
        properties.setProperty("password", settings.password());
        Connection connection;
        try {
            connection = driver.connect(settings.url(), properties);
        } catch (SQLException e) {
            throw new Refused(e.getSQLState());
        }
        if (connection == null) {
            throw new Refused("08001");
        }
        return connection;
    }

    private static void limit(Connection connection) {
        try {
            connection.setNetworkTimeout(BESIDE, (int) DEADLINE.toMillis());
        } catch (SQLException | RuntimeException | AbstractMethodError e) {
            LOGGER.log(Level.DEBUG, "the JDBC driver knows no network timeout");
        }
    }

    private static void close(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // It is of no use any more.
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the user is set");
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(@Nullable PrintWriter out) {
        // Nothing is written.
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        throw new SQLFeatureNotSupportedException("the timeout is set");
    }

    @Override
    public int getLoginTimeout() {
        return (int) DEADLINE.toSeconds();
    }

    @Override
    public java.util.logging.Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("no logger");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("wraps nothing");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
