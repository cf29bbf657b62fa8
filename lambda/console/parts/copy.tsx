import { useEffect, useState } from 'preact/hooks';
import { announce } from './announce.ts';

/** Copies a text. Browsers allow that on https and on this computer; elsewhere there is no button. */
export function CopyButton({ text, what }: { readonly text: string; readonly what: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => {
      setCopied(false);
    }, 2_000);
    return () => {
      clearTimeout(timer);
    };
  }, [isCopied]);
  if (!isSecureContext) return null;
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    setCopied(true);
    announce(`${what} copied`);
  };
  return (
    <button type="button" class="small" aria-label={`Copy ${what}`} onClick={() => void copy()}>
      {isCopied ? 'Copied' : 'Copy'}
    </button>
  );
}

/** A link that saves a text as a file. The text stays in this page: it is never part of an address. */
export function DownloadButton(props: { readonly text: string; readonly name: string; readonly what: string }) {
  const save = () => {
    const url = URL.createObjectURL(new Blob([props.text], { type: 'application/octet-stream' }));
    const link = Object.assign(document.createElement('a'), { href: url, download: props.name });
    link.click();
    setTimeout(() => {
      URL.revokeObjectURL(url);
    }, 10_000);
  };
  return (
    <button type="button" class="small" aria-label={`Download ${props.what}`} onClick={save}>
      Download
    </button>
  );
}
