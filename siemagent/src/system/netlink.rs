//! The kernel's process connector: a netlink socket of the first multicast group.
//!
//! What it does *not* know: what messages say.
#![allow(unsafe_code, reason = "calls into libc; each block says why it is sound")]

use super::{check, owned};
use std::io;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};

/// A socket that receives what processes do.
#[derive(Debug)]
pub(crate) struct Connector(OwnedFd);

const PROCESSES: u32 = 1;

impl Connector {
    /// Opens the socket and asks for messages.
    pub(crate) fn open(room: i32) -> io::Result<Connector> {
        const CONNECTOR: libc::c_int = 11;
        let kind = libc::SOCK_DGRAM | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
        // SAFETY: calls with numbers, an address and a number that live as long as the calls.
        unsafe {
            let socket = owned(libc::socket(libc::AF_NETLINK, kind, CONNECTOR).into())?;
            let mut address: libc::sockaddr_nl = std::mem::zeroed();
            address.nl_family = libc::sa_family_t::try_from(libc::AF_NETLINK).unwrap_or(16);
            address.nl_groups = PROCESSES;
            let size = libc::socklen_t::try_from(size_of::<libc::sockaddr_nl>()).unwrap_or(12);
            check(libc::bind(socket.as_raw_fd(), (&raw const address).cast(), size).into())?;
            // The larger of what is asked for and what is allowed; neither is an error.
            for option in [libc::SO_RCVBUFFORCE, libc::SO_RCVBUF] {
                let room = (&raw const room).cast();
                if libc::setsockopt(socket.as_raw_fd(), libc::SOL_SOCKET, option, room, 4) == 0 {
                    break;
                }
            }
            let connector = Connector(socket);
            connector.send(&listen())?;
            Ok(connector)
        }
    }

    fn send(&self, message: &[u8]) -> io::Result<()> {
        // SAFETY: the message lives as long as the call.
        let sent =
            unsafe { libc::send(self.0.as_raw_fd(), message.as_ptr().cast(), message.len(), 0) };
        check(i64::try_from(sent).unwrap_or(-1)).map(drop)
    }

    /// The next message, or `None` when none waits. `ENOBUFS` says that some were lost.
    pub(crate) fn receive(&self, buffer: &mut [u8]) -> io::Result<Option<usize>> {
        let (at, room) = (buffer.as_mut_ptr().cast(), buffer.len());
        // SAFETY: the buffer lives as long as the call and is as large as it says.
        let size = unsafe { libc::recv(self.0.as_raw_fd(), at, room, 0) };
        match usize::try_from(size) {
            Ok(size) => Ok(Some(size)),
            Err(_) => match io::Error::last_os_error() {
                error if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
                error => Err(error),
            },
        }
    }
}

impl AsFd for Connector {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// `nlmsghdr`, `cn_msg` of the process connector, `PROC_CN_MCAST_LISTEN`.
fn listen() -> Vec<u8> {
    const DONE: u16 = 3;
    const LISTEN: u32 = 1;
    let mut message = Vec::new();
    message.extend(40_u32.to_ne_bytes());
    message.extend(DONE.to_ne_bytes());
    message.extend([0; 2]);
    message.extend([0; 4]);
    message.extend(std::process::id().to_ne_bytes());
    for number in [1, PROCESSES, 0, 0] {
        message.extend(number.to_ne_bytes());
    }
    message.extend(4_u16.to_ne_bytes());
    message.extend([0; 2]);
    message.extend(LISTEN.to_ne_bytes());
    message
}
