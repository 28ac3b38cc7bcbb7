//! cycle collector
