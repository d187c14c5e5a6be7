package dev.cloakroom.infinispan;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import org.jgroups.util.DefaultSocketFactory;
import org.jspecify.annotations.Nullable;

/** Makes the sockets of one node: each operation on them that others wait for has a deadline. */
final class NodeSockets extends DefaultSocketFactory {

    private static final String[] PROTOCOLS = {"TLSv1.3"};

    private final @Nullable SSLContext tls;
    private final SocketDeadlines deadlines = new SocketDeadlines();
    private final UnresponsiveNodes unresponsive = new UnresponsiveNodes(() -> new NodeSocket(this));

    private NodeSockets(@Nullable SSLContext tls) {
        this.tls = tls;
    }

    /** Makes sockets whose both ends prove that they have a key, or any sockets if there is none. */
    static NodeSockets of(@Nullable ClusterIdentity identity) {
        return new NodeSockets(identity == null ? null : identity.context());
    }

    SocketDeadlines deadlines() {
        return deadlines;
    }

    UnresponsiveNodes unresponsive() {
        return unresponsive;
    }

    /** Returns the client's end of TLS over a connection, or null without a key. */
    @Nullable
    SSLSocket tls(Socket connection, String host, int port) throws IOException {
        return tls == null ? null : tls(tls, connection, host, port, true);
    }

    /** Returns the server's end of TLS over a connection, or null without a key. */
    @Nullable
    SSLSocket tlsAccepted(Socket connection) throws IOException {
        return tls == null
                ? null
                : tls(tls, connection, connection.getInetAddress().getHostAddress(), connection.getPort(), false);
    }

    private static SSLSocket tls(SSLContext context, Socket connection, String host, int port, boolean client)
            throws IOException {
        SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket(connection, host, port, true);
        socket.setUseClientMode(client);
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setProtocols(PROTOCOLS);
        if (!client) {
            parameters.setNeedClientAuth(true);
        }
        socket.setSSLParameters(parameters);
        return socket;
    }

    @Override
    public Socket createSocket(String service) {
        return new NodeSocket(this);
    }

    @Override
    public Socket createSocket(String service, String host, int port) throws IOException {
        return createSocket(service, InetAddress.getByName(host), port);
    }

    @Override
    public Socket createSocket(String service, InetAddress host, int port) throws IOException {
        NodeSocket socket = new NodeSocket(this);
        socket.connect(new InetSocketAddress(host, port));
        return socket;
    }

    @Override
    public Socket createSocket(String service, String host, int port, InetAddress from, int fromPort)
            throws IOException {
        return createSocket(service, InetAddress.getByName(host), port, from, fromPort);
    }

    @Override
    public Socket createSocket(String service, InetAddress host, int port, InetAddress from, int fromPort)
            throws IOException {
        NodeSocket socket = new NodeSocket(this);
        socket.bind(new InetSocketAddress(from, fromPort));
        socket.connect(new InetSocketAddress(host, port));
        return socket;
    }

    @Override
    public ServerSocket createServerSocket(String service) throws IOException {
        return new NodeServerSocket(this);
    }

    @Override
    public ServerSocket createServerSocket(String service, int port) throws IOException {
        return createServerSocket(service, port, 0, null);
    }

    @Override
    public ServerSocket createServerSocket(String service, int port, int backlog) throws IOException {
        return createServerSocket(service, port, backlog, null);
    }

    @Override
    public ServerSocket createServerSocket(String service, int port, int backlog, @Nullable InetAddress address)
            throws IOException {
        NodeServerSocket listener = new NodeServerSocket(this);
        listener.bind(new InetSocketAddress(address, port), backlog);
        return listener;
    }
}
