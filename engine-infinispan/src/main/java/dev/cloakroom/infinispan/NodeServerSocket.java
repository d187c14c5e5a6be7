package dev.cloakroom.infinispan;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A server socket that hands out a connection only when its TLS handshake and JGroups's greeting are complete. JGroups
 * does both for one connection after the other, on the thread that accepts them, so a few strangers who are silent or
 * slow would keep nodes from joining. Here each connection has {@link #GREETING} for all of it, beside the others, see
 * {@link PendingConnections}; JGroups never sees those that fail.
 */
final class NodeServerSocket extends ServerSocket {

    /** The time that a connection has to prove that it comes from a node. */
    static final Duration GREETING = Duration.ofSeconds(5);

    private static final Logger LOGGER = System.getLogger(InfinispanSessionStore.class.getName());

    /** The time without a failure after which the next one is logged. */
    private static final Duration QUIET = Duration.ofMinutes(1);

    private static final long FIRST_PAUSE_MILLIS = 10;
    private static final long LONGEST_PAUSE_MILLIS = 1_000;

    private final NodeSockets factory;
    private final ServerSocket listener;
    private final BlockingQueue<Socket> ready = new LinkedBlockingQueue<>();
    private final PendingConnections pending = new PendingConnections();

    /** Stands for the end of all connections. */
    private final Socket end = new Socket();

    private boolean accepting;

    /** Of the thread that accepts. */
    private boolean logged;

    private long lastFailure;

    NodeServerSocket(NodeSockets factory) throws IOException {
        this(factory, new ServerSocket());
    }

    /** Accepts what another socket, not bound yet, accepts. */
    NodeServerSocket(NodeSockets factory, ServerSocket listener) throws IOException {
        this.factory = factory;
        this.listener = listener;
    }

    @Override
    public Socket accept() throws IOException {
        synchronized (this) {
            if (!accepting) {
                accepting = true;
                daemon(this::acceptAll, "accept").start();
            }
        }
        try {
            Socket socket = ready.take();
            if (!(socket instanceof NodeSocket)) {
                // For any other thread that waits.
                ready.add(socket);
                throw new SocketException("the socket is closed");
            }
            return socket;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SocketException("interrupted");
        }
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, "cloakroom-infinispan-" + name);
        thread.setDaemon(true);
        return thread;
    }

    private void acceptAll() {
        long pause = 0;
        while (!listener.isClosed()) {
            try {
                greetBeside(listener.accept());
                pause = 0;
            } catch (IOException | RuntimeException | Error e) {
                pause = Math.min(Math.max(2 * pause, FIRST_PAUSE_MILLIS), LONGEST_PAUSE_MILLIS);
                recover(e);
                sleep(pause);
            }
        }
        ready.add(end);
    }

    /** Frees what can be freed, and logs the failure if it is the first for a while. */
    private void recover(Throwable failure) {
        try {
            // No descriptor or no thread is left, as a rule: those that have waited longest give up theirs.
            pending.closeOldest();
            long now = System.nanoTime();
            // A descriptor that becomes free now and then is no reason to log it again.
            if ((!logged || now - lastFailure > QUIET.toNanos()) && !listener.isClosed()) {
                LOGGER.log(
                        Level.WARNING,
                        "cannot accept connections of other nodes, and tries again until it can;"
                                + " raise the limits of open files and threads if this happens again: {0}",
                        failure.getMessage());
                logged = true;
            }
            lastFailure = now;
        } catch (RuntimeException | Error e) {
            // Even a log handler may need a descriptor. The next round tries again.
        }
    }

    private void sleep(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(listener.isClosed() ? 0 : millis);
        } catch (InterruptedException e) {
            // Nothing interrupts this thread on purpose; closing the listener ends it.
        }
    }

    private void greetBeside(Socket accepted) {
        NodeSocket socket = new NodeSocket(factory, accepted);
        try {
            pending.add(socket);
            daemon(() -> greet(socket), "handshake").start();
        } catch (RuntimeException | Error e) {
            pending.remove(socket);
            socket.close();
            throw e;
        }
    }

    private void greet(NodeSocket socket) {
        boolean greeted = false;
        try {
            socket.greet(GREETING);
            greeted = true;
        } catch (IOException | RuntimeException | Error e) {
            LOGGER.log(Level.DEBUG, "a connection was refused", e);
        } finally {
            pending.remove(socket);
            if (greeted && !listener.isClosed()) {
                ready.add(socket);
            } else {
                socket.close();
            }
        }
    }

    @Override
    public void bind(SocketAddress endpoint) throws IOException {
        listener.bind(endpoint);
    }

    @Override
    public void bind(SocketAddress endpoint, int backlog) throws IOException {
        listener.bind(endpoint, backlog);
    }

    @Override
    public InetAddress getInetAddress() {
        return listener.getInetAddress();
    }

    @Override
    public int getLocalPort() {
        return listener.getLocalPort();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return listener.getLocalSocketAddress();
    }

    @Override
    public boolean isBound() {
        return listener.isBound();
    }

    @Override
    public boolean isClosed() {
        return listener.isClosed();
    }

    @Override
    public synchronized void setReceiveBufferSize(int size) throws SocketException {
        listener.setReceiveBufferSize(size);
    }

    @Override
    public synchronized int getReceiveBufferSize() throws SocketException {
        return listener.getReceiveBufferSize();
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        listener.setReuseAddress(on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return listener.getReuseAddress();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        pending.closeAll();
        factory.deadlines().close();
    }

    @Override
    public String toString() {
        return "NodeServerSocket[" + listener.getLocalSocketAddress() + "]";
    }
}
