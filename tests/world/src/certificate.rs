//! Certificates for the servers.

use rcgen::{
    BasicConstraints, CertificateParams, CustomExtension, DistinguishedName, DnType, IsCa, Issuer,
    KeyPair, date_time_ymd,
};
use ring::digest::{SHA256, SHA512, digest};

/// A certificate, its key, and what a TLSA record can say of it.
pub struct Identity {
    pub der: Vec<u8>,
    pub key: KeyPair,
    params: CertificateParams,
}

impl Identity {
    fn params(names: &[&str], common_name: &str) -> CertificateParams {
        let names: Vec<String> = names.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(names).unwrap();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, common_name);
        params.not_before = date_time_ymd(2020, 1, 1);
        params.not_after = date_time_ymd(2120, 1, 1);
        params
    }

    fn self_signed(params: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let der = params.self_signed(&key).unwrap().der().to_vec();
        Self { der, key, params }
    }

    /// A self-signed server certificate.
    pub fn server(name: &str) -> Self {
        Self::self_signed(Self::params(&[name], name))
    }

    /// A self-signed server certificate that expired long ago.
    pub fn expired(name: &str) -> Self {
        let mut params = Self::params(&[name], name);
        params.not_after = date_time_ymd(2021, 1, 1);
        Self::self_signed(params)
    }

    /// A self-signed X.509 v1 certificate without any name but its subject's; its signature is void.
    pub fn version_1(name: &str) -> Self {
        let mut identity = Self::self_signed(Self::params(&[], name));
        identity.der = without_version_and_extensions(&identity.der);
        identity
    }

    /// A self-signed server certificate whose alternative names are no DER.
    pub fn broken_extension(name: &str) -> Self {
        let mut params = Self::params(&[], name);
        let names = CustomExtension::from_oid_content(&[2, 5, 29, 17], vec![0x30, 0x7f]);
        params.custom_extensions.push(names);
        Self::self_signed(params)
    }

    /// A root that may sign.
    pub fn authority(name: &str) -> Self {
        let mut params = Self::params(&[], name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self::self_signed(params)
    }

    /// A root that may sign and has expired.
    pub fn expired_authority(name: &str) -> Self {
        let mut params = Self::params(&[], name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.not_after = date_time_ymd(2021, 1, 1);
        Self::self_signed(params)
    }

    /// A certificate that says it is no authority.
    pub fn non_authority(name: &str) -> Self {
        let mut params = Self::params(&[], name);
        params.is_ca = IsCa::ExplicitNoCa;
        Self::self_signed(params)
    }

    fn issue(&self, params: CertificateParams) -> Self {
        let key = KeyPair::generate().unwrap();
        let issuer = Issuer::from_params(&self.params, &self.key);
        let der = params.signed_by(&key, &issuer).unwrap().der().to_vec();
        Self { der, key, params }
    }

    /// A server certificate for these names.
    pub fn issue_server(&self, names: &[&str]) -> Self {
        self.issue(Self::params(names, names[0]))
    }

    /// A server certificate that has its name in the subject only.
    pub fn issue_common_name(&self, name: &str) -> Self {
        self.issue(Self::params(&[], name))
    }

    /// An intermediate authority.
    pub fn issue_authority(&self, name: &str) -> Self {
        let mut params = Self::params(&[], name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        self.issue(params)
    }

    /// RDATA in presentation format, with this usage, selector and matching type.
    pub fn tlsa(&self, usage: u8, selector: u8, matching_type: u8) -> String {
        let selected = match selector {
            0 => self.der.clone(),
            _ => self.spki(),
        };
        let data = match matching_type {
            0 => selected,
            2 => digest(&SHA512, &selected).as_ref().to_vec(),
            _ => digest(&SHA256, &selected).as_ref().to_vec(),
        };
        let data = data_encoding::HEXLOWER.encode(&data);
        format!("{usage} {selector} {matching_type} {data}")
    }

    fn spki(&self) -> Vec<u8> {
        use rcgen::PublicKeyData;
        self.key.subject_public_key_info()
    }
}

/// Takes a certificate apart and leaves out what X.509 v1 has not.
fn without_version_and_extensions(der: &[u8]) -> Vec<u8> {
    let certificate = elements(contents(der));
    let fields = elements(contents(certificate[0]));
    let kept = fields.iter().filter(|field| !matches!(field[0], 0xa0 | 0xa3));
    let tbs = sequence(&kept.copied().collect::<Vec<_>>().concat());
    sequence(&[&tbs, certificate[1], certificate[2]].concat())
}

fn header(der: &[u8]) -> (usize, usize) {
    match der[1] {
        short @ 0..=0x7f => (2, usize::from(short)),
        long => {
            let octets = usize::from(long & 0x7f);
            let length =
                der[2..2 + octets].iter().fold(0, |sum, octet| sum << 8 | usize::from(*octet));
            (2 + octets, length)
        }
    }
}

fn contents(der: &[u8]) -> &[u8] {
    let (start, length) = header(der);
    &der[start..start + length]
}

fn elements(mut contents: &[u8]) -> Vec<&[u8]> {
    let mut elements = Vec::new();
    while !contents.is_empty() {
        let (start, length) = header(contents);
        let (element, rest) = contents.split_at(start + length);
        elements.push(element);
        contents = rest;
    }
    elements
}

fn sequence(contents: &[u8]) -> Vec<u8> {
    let length = (contents.len() as u16).to_be_bytes();
    let header: &[u8] = match contents.len() {
        0..=0x7f => &[0x30, length[1]],
        0x80..=0xff => &[0x30, 0x81, length[1]],
        _ => &[0x30, 0x82, length[0], length[1]],
    };
    [header, contents].concat()
}
