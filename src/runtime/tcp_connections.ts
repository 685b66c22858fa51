export { descriptorLimit } from "../../ffi/process.ts";
export { connectionsTo, cutConnection, type TcpConnection } from "../../ffi/tcp_connections.ts";
