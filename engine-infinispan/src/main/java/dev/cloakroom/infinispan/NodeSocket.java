package dev.cloakroom.infinispan;

import dev.cloakroom.infinispan.SocketDeadlines.Watched;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Objects;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A connection between two nodes, through TLS if they have a cluster key. Connecting (with the TLS handshake) and each
 * write have a deadline; a read has none, for each connection has a thread of its own that reads. Closing never blocks.
 *
 * <p>JGroups sends to several nodes on one thread, so one node that hangs would hold up the messages to all others: in the
 * TLS handshake, which the operating system does not complete for a process that is stopped, or in a write, once the
 * buffers are full.
 */
// Closing must not wait for a call that is blocked; the socket beneath does its own locking.
@SuppressWarnings("UnsynchronizedOverridesSynchronized")
final class NodeSocket extends Socket {

    /** The time for connecting, with the handshake, on a thread that others wait for. */
    static final Duration CONNECT = Duration.ofSeconds(2);

    /** The time for a write. When it is over the connection is given up, and the other node is suspected. */
    static final Duration WRITE = Duration.ofSeconds(5);

    /** The time for the last message of a connection that is being closed. */
    private static final Duration GOODBYE = Duration.ofMillis(500);

    /** What JGroups sends first: a cookie of 4 bytes, its version, and the length of the address that follows. */
    private static final int GREETING_BYTES = 8;

    /** Nodes send something each second. One that has not for so long does not answer, as a rule, when it is tried. */
    private static final long SILENT_NANOS = Duration.ofSeconds(4).toNanos();

    private static final int ADDRESS_BYTES_AT = 6;
    private static final int ADDRESS_BYTES_AT_MOST = 64;

    private final NodeSockets factory;
    private final Socket tcp;
    private final Watched watched;
    private volatile Socket stream;
    private volatile InputStream greeting = InputStream.nullInputStream();
    private volatile boolean closing;
    private volatile @Nullable SocketAddress node;
    private volatile long lastRead;

    /** Makes a socket that is to be connected. */
    NodeSocket(NodeSockets factory) {
        this(factory, new Socket());
    }

    /** Makes a socket of a connection that was accepted; {@link #greet} comes next. */
    NodeSocket(NodeSockets factory, Socket accepted) {
        this.factory = factory;
        this.tcp = accepted;
        this.stream = accepted;
        this.watched = factory.deadlines().watch(accepted);
    }

    // Connecting

    @Override
    public void connect(SocketAddress endpoint) throws IOException {
        connect(endpoint, 0);
    }

    /**
     * Connects, with the handshake, within {@link #CONNECT}.
     *
     * @param timeout for the TCP connection alone, in milliseconds; 0 for none of its own
     * @throws SocketTimeoutException if the other node does not answer in time, or did not the last time and has not
     *     answered since
     */
    @Override
    public void connect(SocketAddress endpoint, int timeout) throws IOException {
        if (factory.unresponsive().contains(endpoint)) {
            close();
            throw new SocketTimeoutException("the node did not answer the last time");
        }
        try {
            connect(endpoint, timeout, CONNECT);
        } catch (SocketTimeoutException e) {
            factory.unresponsive().add(endpoint);
            throw e;
        }
    }

    /** Connects within a time, whether or not the other node answered the last time. */
    void connect(SocketAddress endpoint, int timeout, Duration limit) throws IOException {
        watched.begin(limit);
        try {
            tcp.connect(endpoint, timeout);
            lastRead = System.nanoTime();
            InetSocketAddress remote = (InetSocketAddress) endpoint;
            SSLSocket tls = factory.tls(tcp, remote.getAddress().getHostAddress(), remote.getPort());
            if (tls != null) {
                stream = tls;
                tls.startHandshake();
            }
            node = endpoint;
        } catch (IOException e) {
            throw failure(e, "the node did not answer in time");
        } finally {
            watched.end();
        }
    }

    private IOException failure(IOException e, String late) {
        close();
        if (watched.isOverdue() || e instanceof SocketTimeoutException) {
            SocketTimeoutException timeout = new SocketTimeoutException(late);
            timeout.initCause(e);
            return timeout;
        }
        return e;
    }

    /**
     * Does the handshake and reads JGroups's greeting, for which a time is set for all of it: JGroups would do both on
     * the one thread that accepts.
     */
    void greet(Duration limit) throws IOException {
        watched.begin(limit);
        try {
            SSLSocket tls = factory.tlsAccepted(tcp);
            if (tls != null) {
                stream = tls;
                tls.startHandshake();
            }
            byte[] read = readGreeting(new DataInputStream(stream.getInputStream()));
            lastRead = System.nanoTime();
            node = listener(read);
            greeting = new ByteArrayInputStream(read);
        } catch (IOException e) {
            throw failure(e, "the handshake took too long");
        } finally {
            watched.end();
        }
    }

    private static byte[] readGreeting(DataInputStream in) throws IOException {
        byte[] head = new byte[GREETING_BYTES];
        in.readFully(head);
        int addressBytes = ByteBuffer.wrap(head).getShort(ADDRESS_BYTES_AT);
        if (addressBytes < 0 || addressBytes > ADDRESS_BYTES_AT_MOST) {
            throw new SocketException("not a node's greeting");
        }
        byte[] whole = new byte[GREETING_BYTES + addressBytes];
        System.arraycopy(head, 0, whole, 0, head.length);
        in.readFully(whole, GREETING_BYTES, addressBytes);
        return whole;
    }

    /** Returns where the node listens that sent a greeting: u8 n, n bytes address, perhaps a scope, u16 port; or null. */
    private static @Nullable SocketAddress listener(byte[] greeting) {
        ByteBuffer source = ByteBuffer.wrap(greeting, GREETING_BYTES, greeting.length - GREETING_BYTES);
        int length = source.hasRemaining() ? Byte.toUnsignedInt(source.get()) : 0;
        if (length == 0 || source.remaining() < length + Short.BYTES) {
            return null;
        }
        byte[] address = new byte[length];
        source.get(address);
        source.position(greeting.length - Short.BYTES);
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), Short.toUnsignedInt(source.getShort()));
        } catch (UnknownHostException e) {
            return null;
        }
    }

    // Reading and writing

    @Override
    public InputStream getInputStream() throws IOException {
        return new Input(new SequenceInputStream(greeting, stream.getInputStream()));
    }

    /** Reports whatever ends the connection as JGroups expects it of a socket without TLS. */
    private final class Input extends InputStream {

        private final InputStream in;

        Input(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
        }

        @Override
        public int read(byte[] target, int offset, int length) throws IOException {
            try {
                int count = in.read(target, offset, length);
                lastRead = System.nanoTime();
                return count;
            } catch (SSLException e) {
                throw ended(e);
            }
        }
    }

    private static SocketException ended(SSLException cause) {
        SocketException ended = new SocketException("the connection has ended");
        ended.initCause(cause);
        return ended;
    }

    @Override
    public OutputStream getOutputStream() throws IOException {
        return new Output(stream.getOutputStream());
    }

    private final class Output extends OutputStream {

        private final OutputStream out;

        Output(OutputStream out) {
            this.out = out;
        }

        @Override
        public void write(int one) throws IOException {
            write(new byte[] {(byte) one}, 0, 1);
        }

        @Override
        public void write(byte[] source, int offset, int length) throws IOException {
            watched.begin(closing ? GOODBYE : WRITE);
            try {
                out.write(source, offset, length);
            } catch (IOException e) {
                if (!closing) {
                    throw failure(e, "the node took no data for " + WRITE.toSeconds() + " s");
                }
                // A node that is gone already needs no goodbye.
            } finally {
                watched.end();
            }
        }

        @Override
        public void flush() {
            // Nothing is kept back.
        }
    }

    // Closing

    /** Begins to close: what is written from here on is the goodbye. TLS cannot close one direction alone. */
    @Override
    public void shutdownInput() {
        closing = true;
        watched.shorten(GOODBYE);
    }

    @Override
    public void shutdownOutput() {
        try {
            tcp.shutdownOutput();
        } catch (IOException e) {
            // The other node is gone already.
        }
    }

    /**
     * Closes the connection without a message of TLS, for which a write would have to be waited for. What JGroups sends
     * says itself where it ends.
     */
    @Override
    public void close() {
        SocketAddress other = node;
        if (other != null && !tcp.isClosed() && System.nanoTime() - lastRead > SILENT_NANOS) {
            factory.unresponsive().add(other);
        }
        watched.close();
    }

    // The rest of a socket

    @Override
    public void bind(@Nullable SocketAddress address) throws IOException {
        tcp.bind(address);
    }

    @Override
    public InetAddress getInetAddress() {
        return tcp.getInetAddress();
    }

    @Override
    public InetAddress getLocalAddress() {
        return tcp.getLocalAddress();
    }

    @Override
    public int getPort() {
        return tcp.getPort();
    }

    @Override
    public int getLocalPort() {
        return tcp.getLocalPort();
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
        return tcp.getRemoteSocketAddress();
    }

    @Override
    public SocketAddress getLocalSocketAddress() {
        return tcp.getLocalSocketAddress();
    }

    @Override
    public boolean isConnected() {
        return tcp.isConnected();
    }

    @Override
    public boolean isBound() {
        return tcp.isBound();
    }

    @Override
    public boolean isClosed() {
        return tcp.isClosed();
    }

    @Override
    public boolean isInputShutdown() {
        return closing || tcp.isInputShutdown();
    }

    @Override
    public boolean isOutputShutdown() {
        return tcp.isOutputShutdown();
    }

    @Override
    public void setTcpNoDelay(boolean on) throws SocketException {
        tcp.setTcpNoDelay(on);
    }

    @Override
    public boolean getTcpNoDelay() throws SocketException {
        return tcp.getTcpNoDelay();
    }

    @Override
    public void setSoLinger(boolean on, int seconds) throws SocketException {
        tcp.setSoLinger(on, seconds);
    }

    @Override
    public int getSoLinger() throws SocketException {
        return tcp.getSoLinger();
    }

    @Override
    public void setSoTimeout(int millis) throws SocketException {
        tcp.setSoTimeout(millis);
    }

    @Override
    public int getSoTimeout() throws SocketException {
        return tcp.getSoTimeout();
    }

    @Override
    public void setSendBufferSize(int size) throws SocketException {
        tcp.setSendBufferSize(size);
    }

    @Override
    public int getSendBufferSize() throws SocketException {
        return tcp.getSendBufferSize();
    }

    @Override
    public void setReceiveBufferSize(int size) throws SocketException {
        tcp.setReceiveBufferSize(size);
    }

    @Override
    public int getReceiveBufferSize() throws SocketException {
        return tcp.getReceiveBufferSize();
    }

    @Override
    public void setKeepAlive(boolean on) throws SocketException {
        tcp.setKeepAlive(on);
    }

    @Override
    public boolean getKeepAlive() throws SocketException {
        return tcp.getKeepAlive();
    }

    @Override
    public void setReuseAddress(boolean on) throws SocketException {
        tcp.setReuseAddress(on);
    }

    @Override
    public boolean getReuseAddress() throws SocketException {
        return tcp.getReuseAddress();
    }

    @Override
    public String toString() {
        return "NodeSocket[" + Objects.toString(tcp.getRemoteSocketAddress()) + "]";
    }
}
