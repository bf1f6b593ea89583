// Stands in the bundle for what MQTT.js would load and canward never uses: WebSockets, and SOCKS proxies taken from the
// environment. The broker is reached by TCP or TLS, at the address that the configuration names.
export const WebSocket = undefined;
export const WebSocketServer = undefined;
export const SocksClient = undefined;
